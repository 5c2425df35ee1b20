using System.Text;
using StreamSpanMetrics.Core.Deltas;

namespace StreamSpanMetrics.Core.Totals;

/// <summary>
/// Writes the bytes that identify a resource: the texts of service namespace and service name, which are the job, then name
/// and text of each identity attribute. Every text is preceded by its length as a varint, so no two resources share bytes.
/// Kinds are no part of it (P-5). The buffer is reused: a span returned holds until the next call.
/// </summary>
internal sealed class ResourceKeyWriter
{
    private byte[] buffer = new byte[256];
    private int length;

    /// <summary>Bytes of the job part of the key written last.</summary>
    public int JobLength { get; private set; }

    /// <summary>The key of a resource.</summary>
    public ReadOnlySpan<byte> Write(AttributeValue serviceNamespace, AttributeValue serviceName, ReadOnlySpan<AttributeValue> identity)
    {
        length = 0;
        Append(serviceNamespace.Text);
        Append(serviceName.Text);
        JobLength = length;
        foreach (AttributeValue attribute in identity)
        {
            Append(attribute.Name);
            Append(attribute.Text);
        }

        return buffer.AsSpan(0, length);
    }

    private void Append(string? text)
    {
        text ??= "";
        int bytes = Encoding.UTF8.GetByteCount(text);
        int needed = length + bytes + SeriesKeyCodec.MaxVarintBytes;
        if (needed > buffer.Length)
        {
            Array.Resize(ref buffer, Math.Max(needed, buffer.Length * 2));
        }

        length += SeriesKeyCodec.WriteVarint(buffer.AsSpan(length), (ulong)bytes);
        length += Encoding.UTF8.GetBytes(text, buffer.AsSpan(length));
    }
}
