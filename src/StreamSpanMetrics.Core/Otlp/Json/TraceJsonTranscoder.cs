namespace StreamSpanMetrics.Core.Otlp.Json;

/// <summary>
/// Turns an <c>ExportTraceServiceRequest</c> in OTLP JSON into the same request in protobuf, so that both are read by one reader. What is
/// read is what the Collector reads (pdata/internal/generated_proto_*.go, UnmarshalJSON); a difference: nothing may follow the request,
/// where the Collector passes over what does. Allocates nothing once its buffer is as large as the records, throws nothing for bad
/// input. Owns its buffer; not thread-safe.
/// </summary>
/// <remarks>
/// The protobuf is at most twice as long as the JSON: what grows most are empty objects in lists, three bytes that become five.
/// </remarks>
public sealed class TraceJsonTranscoder
{
    private const int FirstFrames = 64;

    private readonly ProtoWriter output = new();
    private readonly JsonScalars scalars;
    private JsonFrame[] frames = new JsonFrame[FirstFrames];
    private int depth;

    /// <summary>A transcoder with an empty record.</summary>
    public TraceJsonTranscoder() => scalars = new JsonScalars(output);

    /// <summary>The record in protobuf, until the next <see cref="Transcode"/>; empty after a problem.</summary>
    public ReadOnlySpan<byte> Record => output.Written;

    /// <summary>Reads <paramref name="json"/> and makes <see cref="Record"/> of it, or tells what is wrong and at which byte.</summary>
    public DecodeProblem Transcode(ReadOnlySpan<byte> json)
    {
        output.Clear();
        depth = 0;
        JsonScanner scanner = new(json);
        if (TryOpenRequest(ref scanner))
        {
            while (depth > 0)
            {
                bool moved = frames[depth - 1].List is JsonField list ? TryReadElement(ref scanner, list) : TryReadMember(ref scanner);
                if (!moved)
                {
                    break;
                }
            }

            if (depth == 0 && scanner.TryEnd())
            {
                return DecodeProblem.None;
            }
        }

        output.Clear();
        return scanner.Problem;
    }

    private bool TryOpenRequest(ref JsonScanner scanner)
    {
        switch (scanner.Peek())
        {
            case (byte)'{':
                scanner.Advance();
                return TryPush(ref scanner, new JsonFrame { Message = JsonMessages.Request });
            case (byte)'n':
                return scanner.TryReadLiteral("null"u8);
            default:
                return scanner.FailValue();
        }
    }

    private bool TryReadMember(ref JsonScanner scanner)
    {
        ref JsonFrame frame = ref frames[depth - 1];
        byte next = scanner.Peek();
        if (next == (byte)'}')
        {
            scanner.Advance();
            Close(frame);
            return true;
        }

        if (frame.HasMembers)
        {
            if (next != (byte)',')
            {
                return scanner.Fail(DecodeCause.IllegalJson, scanner.Position);
            }

            scanner.Advance();
        }

        frame.HasMembers = true;
        JsonField expected = frame.Message!.Expected(frame.Expected);
        if (scanner.TryTake(expected.NameAndColon))
        {
            frame.Expected = frame.Message.Next(frame.Expected);
            return TryReadField(ref scanner, expected);
        }

        if (!scanner.TryReadName(out ReadOnlySpan<byte> name, out bool hasEscapes))
        {
            return false;
        }

        if (hasEscapes)
        {
            Span<byte> free = output.Reserve(name.Length);
            name = free[..JsonEscapes.Resolve(name, free)];
        }

        JsonField? field = frame.Message.Find(name, ref frame.Expected);
        return field is null ? scanner.TrySkipValue() : TryReadField(ref scanner, field);
    }

    private bool TryReadField(ref JsonScanner scanner, JsonField field)
    {
        byte next = scanner.Peek();
        if (next == (byte)'n')
        {
            WriteNull(field);
            return scanner.TryReadLiteral("null"u8);
        }

        switch (field.Kind)
        {
            case JsonFieldKind.Message or JsonFieldKind.OneofMessage:
                return next == (byte)'{' ? TryOpenMessage(ref scanner, field) : scanner.FailValue();
            case JsonFieldKind.Messages or JsonFieldKind.Texts:
                if (next != (byte)'[')
                {
                    return scanner.FailValue();
                }

                scanner.Advance();
                return TryPush(ref scanner, new JsonFrame { List = field });
            default:
                return scalars.TryWrite(ref scanner, field);
        }
    }

    private bool TryReadElement(ref JsonScanner scanner, JsonField list)
    {
        ref JsonFrame frame = ref frames[depth - 1];
        byte next = scanner.Peek();
        if (next == (byte)']')
        {
            scanner.Advance();
            depth--;
            return true;
        }

        if (frame.HasMembers)
        {
            if (next != (byte)',')
            {
                return scanner.Fail(DecodeCause.IllegalJson, scanner.Position);
            }

            scanner.Advance();
            next = scanner.Peek();
        }

        frame.HasMembers = true;
        if (next == (byte)'n')
        {
            // An element is there, whatever it is.
            WriteEmpty(list);
            return scanner.TryReadLiteral("null"u8);
        }

        if (list.Kind == JsonFieldKind.Texts)
        {
            return scalars.TryWrite(ref scanner, list);
        }

        return next == (byte)'{' ? TryOpenMessage(ref scanner, list) : scanner.FailValue();
    }

    // A string is empty then and a member of a oneof set, as in the Collector. Numbers and ids are as good as absent by protobuf's JSON
    // mapping; the Collector refuses them, and nothing is gained by that.
    private void WriteNull(JsonField field)
    {
        if (field.Kind is JsonFieldKind.Text or JsonFieldKind.OneofMessage)
        {
            WriteEmpty(field);
        }
    }

    private void WriteEmpty(JsonField field)
    {
        output.WriteVarint(field.Tag);
        output.WriteBytes([]);
    }

    private bool TryOpenMessage(ref JsonScanner scanner, JsonField field)
    {
        JsonMessage message = field.Message!;
        scanner.Advance();
        output.WriteVarint(field.Tag);
        return TryPush(ref scanner, new JsonFrame { Message = message, Start = output.Begin(message.LengthBytes) });
    }

    private void Close(JsonFrame frame)
    {
        depth--;
        if (depth > 0)
        {
            output.End(frame.Start, frame.Message!.LengthBytes);
        }
    }

    private bool TryPush(ref JsonScanner scanner, JsonFrame frame)
    {
        if (depth == JsonScanner.MaxDepth)
        {
            return scanner.Fail(DecodeCause.JsonTooDeep, scanner.Position - 1);
        }

        if (depth == frames.Length)
        {
            Array.Resize(ref frames, 2 * frames.Length);
        }

        frames[depth++] = frame;
        return true;
    }
}
