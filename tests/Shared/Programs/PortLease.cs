using System.Net;
using System.Net.Sockets;

namespace StreamSpanMetrics.Testing.Programs;

/// <summary>
/// A free TCP port of the loopback address for a program that cannot be told to choose one itself. On Linux the port stays bound, without
/// listening and with SO_REUSEADDR, as long as the lease lives: the kernel gives it to nobody who asks for any port, while the program,
/// which sets the same option before it listens (Java and Go both do), may bind it by number, and again after a restart.
/// </summary>
public sealed class PortLease : IDisposable
{
    // SOL_SOCKET and SO_REUSEADDR of Linux (asm-generic/socket.h); .NET's own ReuseAddress would set SO_REUSEPORT too.
    private const int SocketLevel = 1;
    private const int ReuseAddress = 2;

    private readonly Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    /// <summary>Takes a port.</summary>
    public PortLease()
    {
        // Bound first, marked after: a port asked for with the option set may be one that another lease holds.
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Port = ((IPEndPoint)socket.LocalEndPoint!).Port;
        if (OperatingSystem.IsLinux())
        {
            socket.SetRawSocketOption(SocketLevel, ReuseAddress, BitConverter.GetBytes(1));
        }
        else
        {
            socket.Dispose();
        }
    }

    /// <summary>The port's number.</summary>
    public int Port { get; }

    /// <summary>Gives the port back.</summary>
    public void Dispose() => socket.Dispose();
}
