using System.Buffers.Binary;
using StreamSpanMetrics.Core.Otlp;

namespace StreamSpanMetrics.Core.Spans;

/// <summary>
/// Writes the raw keys of a record's spans one behind the other: what a series is looked up by. A raw key is made of bytes of the
/// record, each piece with its length, nothing turned into text. Several raw keys may mean the same series; merge adds them up.
/// Not thread-safe.
/// </summary>
public sealed class RawKeyWriter
{
    /// <summary>Family, kind, status code and variant.</summary>
    internal const int HeaderBytes = 7;

    /// <summary>Place of the kind byte in the header.</summary>
    internal const int KindPosition = 1;

    /// <summary>Place of the status byte in the header.</summary>
    internal const int StatusPosition = 2;

    /// <summary>Place of the variant in the header.</summary>
    internal const int VariantPosition = 3;

    private const int MaxVarintBytes = 5;

    private const int FullBytes = 1024 * 1024;

    /// <summary>So many bytes are copied for a short piece whatever its length, which the processor could only guess.</summary>
    private const int WholeCopyBytes = 64;

    private readonly SpanRules rules;
    private readonly bool hasScope;
    private readonly bool hasMore;
    private byte[] buffer = new byte[16 * 1024];
    private int used;

    /// <summary>Writes keys under <paramref name="rules"/>.</summary>
    public RawKeyWriter(SpanRules rules)
    {
        this.rules = rules;
        hasScope = rules.InstrumentationScopes.Count > 0;
        hasMore = hasScope || rules.IncludeSamplingMethod;
    }

    /// <summary>The keys written since the last <see cref="Clear"/>. Valid until the next write.</summary>
    public ReadOnlySpan<byte> Keys => buffer.AsSpan(0, used);

    /// <summary>
    /// Whether the keys have to be looked up and forgotten before more are written: a large value of a resource, a scope or a span with many
    /// events is repeated in key after key, so a hostile record could otherwise make keys of thousands of times its own size (P7).
    /// </summary>
    public bool IsFull => used > FullBytes;

    /// <summary>Forgets the keys of the previous record.</summary>
    public void Clear() => used = 0;

    /// <summary>
    /// Appends the key of the span in <paramref name="view"/> and returns where it is. <paramref name="eventValues"/> are empty but for
    /// the events family.
    /// </summary>
    public ValueSlice Write(
        FamilyPlan plan, ResourceEntry resource, ReadOnlySpan<byte> record, SpanView view, ReadOnlySpan<ValueSlice> eventValues)
    {
        EnsureRoom(plan, resource, view, eventValues);
        byte[] key = buffer;
        int start = used;
        key[start] = (byte)plan.Family;
        key[start + KindPosition] = rules.IncludeSpanKind ? SpanText.KindByte(view.Kind) : (byte)0;
        key[start + StatusPosition] = rules.IncludeStatusCode ? SpanText.StatusByte(view.StatusCode) : (byte)0;
        BinaryPrimitives.WriteInt32LittleEndian(key.AsSpan(start + VariantPosition), resource.Variant);
        int position = start + HeaderBytes;
        if (rules.IncludeSpanName)
        {
            position = Append(key, position, record, view.Name);
        }

        if (hasMore)
        {
            position = AppendMore(key, position, record, view);
        }

        ReadOnlySpan<int> indexes = plan.SelectorIndexes;
        for (int dimension = 0; dimension < indexes.Length; dimension++)
        {
            // Precedence of the connector: the span, then for events the event, then the resource, then the default. Presence counts,
            // not content: an attribute without value hides the default.
            int index = indexes[dimension];
            ValueSlice slice = view.Values[index];
            if (!slice.IsPresent && !eventValues.IsEmpty)
            {
                slice = eventValues[index];
            }

            position = slice.IsPresent
                ? Append(key, position, record, slice)
                : AppendFallback(key, position, resource.Values[index] ?? plan.Default(dimension));
        }

        used = position;
        return new ValueSlice(start, position - start);
    }

    /// <summary>
    /// Appends the key of a span or event that a metric of the count connector counts, and returns where it is: each attribute from
    /// <paramref name="own"/>, the values of the span or the event, else from its scope, else from the resource, else the default. Absent,
    /// with nothing appended, if one is missing: then it is not counted. An attribute without a value is there.
    /// </summary>
    public ValueSlice WriteCounted(
        FamilyPlan plan, ResourceEntry resource, ReadOnlySpan<byte> record, ReadOnlySpan<ValueSlice> own, ReadOnlySpan<ValueSlice> scope)
    {
        ReadOnlySpan<int> indexes = plan.SelectorIndexes;
        int bytes = WholeCopyBytes + HeaderBytes + resource.ExtraKeyBytes + (MaxVarintBytes * indexes.Length);
        for (int dimension = 0; dimension < indexes.Length; dimension++)
        {
            int index = indexes[dimension];
            if (!own[index].IsPresent && !scope[index].IsPresent && resource.Values[index] is null && plan.Default(dimension) is null)
            {
                return ValueSlice.Absent;
            }

            bytes += own[index].Length + scope[index].Length + 2;
        }

        EnsureRoom(bytes);
        int start = used;
        buffer.AsSpan(start, HeaderBytes).Clear();
        buffer[start] = (byte)plan.Family;
        BinaryPrimitives.WriteInt32LittleEndian(buffer.AsSpan(start + VariantPosition), resource.Variant);
        int position = start + HeaderBytes;
        for (int dimension = 0; dimension < indexes.Length; dimension++)
        {
            int index = indexes[dimension];
            ValueSlice slice = own[index].IsPresent ? own[index] : scope[index];
            position = slice.IsPresent
                ? Append(buffer, position, record, slice)
                : AppendFallback(buffer, position, resource.Values[index] ?? plan.Default(dimension));
        }

        used = position;
        return new ValueSlice(start, position - start);
    }

    /// <summary>
    /// Appends attributes that are dimensions by pattern to the key written last, at <paramref name="key"/>, and returns where it is now:
    /// names and values in turn, up to the end of the key.
    /// </summary>
    internal ValueSlice WriteGlobs(ValueSlice key, ReadOnlySpan<byte> record, ReadOnlySpan<GlobAttribute> attributes)
    {
        int bytes = 0;
        foreach (GlobAttribute attribute in attributes)
        {
            bytes += attribute.NameIn(record).Length + attribute.ValueIn(record).Length + (2 * MaxVarintBytes);
        }

        EnsureRoom(bytes);
        foreach (GlobAttribute attribute in attributes)
        {
            used = Append(buffer, used, attribute.NameIn(record));
            used = Append(buffer, used, attribute.ValueIn(record));
        }

        return new ValueSlice(key.Start, used - key.Start);
    }

    private void EnsureRoom(FamilyPlan plan, ResourceEntry resource, SpanView view, ReadOnlySpan<ValueSlice> eventValues)
    {
        ReadOnlySpan<int> indexes = plan.SelectorIndexes;
        int bytes = WholeCopyBytes + HeaderBytes + view.Name.Length + resource.ExtraKeyBytes + (MaxVarintBytes * (indexes.Length + 1));
        foreach (int index in indexes)
        {
            bytes += view.Values[index].Length + 1 + (eventValues.IsEmpty ? 0 : eventValues[index].Length + 1);
        }

        if (hasMore)
        {
            bytes += view.ScopeName.Length + view.ScopeVersion.Length + (3 * MaxVarintBytes);
        }

        EnsureRoom(bytes);
    }

    private void EnsureRoom(int bytes)
    {
        if (buffer.Length - used < bytes)
        {
            Array.Resize(ref buffer, Math.Max(buffer.Length * 2, used + bytes));
        }
    }

    /// <summary>Length plus one as a varint, then the bytes: zero is left for "absent".</summary>
    private static int Append(byte[] key, int position, ReadOnlySpan<byte> bytes)
    {
        uint length = (uint)bytes.Length + 1;
        while (length >= 0x80)
        {
            key[position++] = (byte)(length | 0x80);
            length >>= 7;
        }

        key[position++] = (byte)length;
        bytes.CopyTo(key.AsSpan(position));
        return position + bytes.Length;
    }

    /// <summary>A piece of the record. What is copied beyond it is overwritten by the next piece or lies behind the last key.</summary>
    private static int Append(byte[] key, int position, ReadOnlySpan<byte> record, ValueSlice piece)
    {
        if (piece.Length > WholeCopyBytes || record.Length - piece.Start < WholeCopyBytes)
        {
            return Append(key, position, piece.In(record));
        }

        key[position++] = (byte)(piece.Length + 1);
        record.Slice(piece.Start, WholeCopyBytes).CopyTo(key.AsSpan(position, WholeCopyBytes));
        return position + piece.Length;
    }

    /// <summary>What the later features put between the built-in dimensions and the configured ones.</summary>
    private int AppendMore(byte[] key, int position, ReadOnlySpan<byte> record, SpanView view)
    {
        if (hasScope)
        {
            position = view.ScopeName.IsPresent ? Append(key, position, record, view.ScopeName) : AppendFallback(key, position, null);
            position = view.ScopeVersion.IsPresent ? Append(key, position, record, view.ScopeVersion) : AppendFallback(key, position, null);
        }

        if (rules.IncludeSamplingMethod)
        {
            key[position++] = view.IsExtrapolated ? (byte)1 : (byte)0;
        }

        return position;
    }

    private static int AppendFallback(byte[] key, int position, byte[]? value)
    {
        if (value is not null)
        {
            return Append(key, position, value);
        }

        key[position] = 0;
        return position + 1;
    }
}
