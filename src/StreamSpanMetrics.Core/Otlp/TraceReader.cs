using System.Buffers.Binary;

namespace StreamSpanMetrics.Core.Otlp;

/// <summary>
/// Walks an <c>ExportTraceServiceRequest</c> in place: resource by resource, span by span. Nothing is copied and nothing is thrown;
/// when a move returns false, <see cref="Problem"/> tells whether the end was reached or the record is broken. Attribute values,
/// events and links are passed over by their length and not looked into. Lives on the stack as long as the record's memory.
/// </summary>
public ref struct TraceReader
{
    private const int Continuation = 0x80;

    private readonly ReadOnlySpan<byte> record;
    private ProtoCursor request;
    private ProtoCursor scopes;
    private ValueSlice resourceSpans;
    private ReadOnlySpan<byte> resource;
    private int spanPosition;
    private int spansEnd;

    /// <summary>Opens <paramref name="record"/>; an empty one is a request without spans.</summary>
    public TraceReader(ReadOnlySpan<byte> record)
    {
        this.record = record;
        request = new ProtoCursor(record, new ValueSlice(0, record.Length), MessageShape.Request);
    }

    /// <summary>Why the last move failed; no problem at the regular end.</summary>
    public DecodeProblem Problem { get; private set; }

    /// <summary>Bytes of the current Resource message, its parts put together if it came in several.</summary>
    public readonly ReadOnlySpan<byte> Resource => resource;

    /// <summary>Moves to the next ResourceSpans.</summary>
    public bool MoveToNextResource()
    {
        while (request.MoveNext())
        {
            if (request.Tag == OtlpTags.RequestResourceSpans)
            {
                return FindResource(request.Content);
            }
        }

        Problem = request.Problem;
        return false;
    }

    /// <summary>Moves to the next span of the current resource and reads it into <paramref name="view"/>.</summary>
    public bool MoveToNextSpan(SpanView view)
    {
        while (true)
        {
            while (spanPosition < spansEnd)
            {
                ValueSlice span = NextSpanRegion();
                if (Problem.Exists)
                {
                    return false;
                }

                if (span.IsPresent)
                {
                    return ReadSpan(span, view);
                }
            }

            if (!MoveToNextScope(view))
            {
                return false;
            }
        }
    }

    /// <summary>Ends the walk because a part that only the caller looks into is broken.</summary>
    internal void Refuse(DecodeProblem problem) => Problem = problem;

    /// <summary>A problem found in <see cref="Resource"/>, with its position in the record instead of in the resource.</summary>
    internal readonly DecodeProblem LocateInRecord(DecodeProblem problem)
    {
        int position = problem.Position;
        ProtoCursor cursor = new(record, resourceSpans, MessageShape.ResourceSpans);
        while (cursor.MoveNext())
        {
            if (cursor.Tag == OtlpTags.ResourceSpansResource)
            {
                if (position < cursor.Content.Length)
                {
                    return problem with { Position = cursor.Content.Start + position };
                }

                position -= cursor.Content.Length;
            }
        }

        return problem;
    }

    private bool ReadSpan(ValueSlice span, SpanView view)
    {
        view.Reset();
        view.Region = span;
        if (SpanReader.TryRead(record, span, view))
        {
            return true;
        }

        view.Reset();
        Problem = SlowSpanReader.Read(record, span, view);
        return !Problem.Exists;
    }

    // The Collector writes the resource behind its spans, others before: it has to be known first, so it is looked for first.
    private bool FindResource(ValueSlice region)
    {
        resourceSpans = region;
        resource = default;
        int parts = 0;
        ProtoCursor cursor = new(record, region, MessageShape.ResourceSpans);
        while (cursor.MoveNext())
        {
            if (cursor.Tag == OtlpTags.ResourceSpansResource)
            {
                // Protobuf merges the parts of a message; the merged message is the parts one behind the other.
                ReadOnlySpan<byte> part = cursor.Content.In(record);
                resource = parts++ == 0 ? part : (byte[])[.. resource, .. part];
            }
        }

        Problem = cursor.Problem.Exists || parts < 2 ? cursor.Problem : CheckParts();
        scopes = new ProtoCursor(record, region, MessageShape.ResourceSpans);
        spanPosition = 0;
        spansEnd = 0;
        return !Problem.Exists;
    }

    /// <summary>Each part has to be whole by itself: a field must not reach from one into the next.</summary>
    private readonly DecodeProblem CheckParts()
    {
        ProtoCursor parts = new(record, resourceSpans, MessageShape.ResourceSpans);
        while (parts.MoveNext())
        {
            if (parts.Tag == OtlpTags.ResourceSpansResource)
            {
                ProtoCursor fields = new(record, parts.Content, MessageShape.Resource);
                while (fields.MoveNext())
                {
                    // Only the end matters: ResourceReader reads what is in it.
                }

                if (fields.Problem.Exists)
                {
                    return fields.Problem;
                }
            }
        }

        return DecodeProblem.None;
    }

    private bool MoveToNextScope(SpanView view)
    {
        while (scopes.MoveNext())
        {
            if (scopes.Tag == OtlpTags.ResourceSpansScopeSpans)
            {
                spanPosition = scopes.Content.Start;
                spansEnd = spanPosition + scopes.Content.Length;
                Problem = view.Scopes is null ? DecodeProblem.None : view.Scopes.Read(record, scopes.Content, view);
                if (view.ScopeValues is not null && !Problem.Exists)
                {
                    Problem = ScopeAttributeReader.Read(record, scopes.Content, view.Selector, view.ScopeValues);
                }

                return !Problem.Exists;
            }
        }

        Problem = scopes.Problem;
        return false;
    }

    /// <summary>The next field of the current ScopeSpans if it is a span; absent if it is another one.</summary>
    private ValueSlice NextSpanRegion()
    {
        // A span is nearly always announced by its tag and a length of two bytes: 128 to 16383.
        if (spansEnd - spanPosition >= sizeof(uint) && record[spanPosition] == OtlpTags.ScopeSpansSpans)
        {
            ushort length = BinaryPrimitives.ReadUInt16LittleEndian(record[(spanPosition + 1)..]);
            int start = spanPosition + 3;
            int bytes = (length & 0x7F) | ((length >> 8) << 7);
            if ((length & Continuation) != 0 && length >> 8 < Continuation && bytes <= spansEnd - start)
            {
                spanPosition = start + bytes;
                return new ValueSlice(start, bytes);
            }
        }

        ProtoCursor fields = new(record, new ValueSlice(spanPosition, spansEnd - spanPosition), MessageShape.ScopeSpans);
        bool moved = fields.MoveNext();
        Problem = fields.Problem;
        spanPosition = fields.Position;
        return moved && fields.Tag == OtlpTags.ScopeSpansSpans ? fields.Content : ValueSlice.Absent;
    }
}
