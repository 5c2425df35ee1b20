using System.Net;
using System.Net.Sockets;

namespace StreamSpanMetrics.Integration.Tests.Support;

/// <summary>
/// A port in front of a server that can be shut: connections are then refused, and those that exist are cut. Starts shut.
/// </summary>
public sealed class TcpGate : IAsyncDisposable
{
    private readonly PortLease port = new();
    private readonly Uri server;
    private readonly Lock connectionsLock = new();
    private readonly List<TcpClient> connections = [];
    private TcpListener? listener;
    private Task accepting = Task.CompletedTask;

    /// <summary>A gate in front of the server of an address.</summary>
    public TcpGate(Uri server)
    {
        this.server = server;
        Address = new UriBuilder(server) { Host = "127.0.0.1", Port = port.Port }.Uri;
    }

    /// <summary>The server's address, through the gate.</summary>
    public Uri Address { get; }

    /// <summary>Lets connections through.</summary>
    public void Open()
    {
        TcpListener opened = new(IPAddress.Loopback, port.Port);
        opened.Start();
        listener = opened;
        accepting = AcceptAsync(opened);
    }

    /// <summary>Refuses connections, and cuts those that exist.</summary>
    public async Task ShutAsync()
    {
        listener?.Dispose();
        listener = null;
        await accepting;
        lock (connectionsLock)
        {
            connections.ForEach(connection => connection.Dispose());
            connections.Clear();
        }
    }

    /// <summary>Shuts it for good.</summary>
    public async ValueTask DisposeAsync()
    {
        await ShutAsync();
        port.Dispose();
    }

    private async Task AcceptAsync(TcpListener opened)
    {
        while (true)
        {
            TcpClient inside = new();
            try
            {
                TcpClient outside = await opened.AcceptTcpClientAsync();
                Keep(outside, inside);
                await inside.ConnectAsync(server.Host, server.Port);
                _ = CopyAsync(outside, inside);
                _ = CopyAsync(inside, outside);
            }
            catch (Exception shut) when (shut is SocketException or ObjectDisposedException)
            {
                inside.Dispose();
                return;
            }
        }
    }

    private void Keep(params TcpClient[] pair)
    {
        lock (connectionsLock)
        {
            connections.AddRange(pair);
        }
    }

    private static async Task CopyAsync(TcpClient from, TcpClient to)
    {
        try
        {
            await from.GetStream().CopyToAsync(to.GetStream());
        }
        catch (Exception cut) when (cut is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The gate was shut, or one side left: the other hears of it below.
        }

        from.Dispose();
        to.Dispose();
    }
}
