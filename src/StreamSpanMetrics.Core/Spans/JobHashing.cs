using System.Buffers;
using System.Text;
using StreamSpanMetrics.Core.Otlp;

namespace StreamSpanMetrics.Core.Spans;

/// <summary>
/// The hash that assigns jobs to shards (M4). Part of the rules fingerprint: it must never change within an application id.
/// </summary>
public static class JobHashing
{
    /// <summary>Hash of a job, given the texts of <c>service.namespace</c> and <c>service.name</c>; absent counts as empty.</summary>
    public static ulong Of(string serviceNamespace, string serviceName)
    {
        ArrayBufferWriter<byte> bytes = new(serviceNamespace.Length + serviceName.Length + 1);
        Encoding.UTF8.GetBytes(serviceNamespace, bytes);
        bytes.Write("\0"u8);
        Encoding.UTF8.GetBytes(serviceName, bytes);
        return ByteHash.Of(bytes.WrittenSpan);
    }

    /// <summary>The shard of a job.</summary>
    public static int Shard(ulong jobHash, int shards) => (int)(jobHash % (ulong)shards);
}
