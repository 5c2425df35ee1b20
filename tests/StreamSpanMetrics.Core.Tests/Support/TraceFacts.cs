using System.Text;
using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Trace.V1;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Resource.V1;
using OpenTelemetry.Proto.Trace.V1;
using StreamSpanMetrics.Core.Otlp;

namespace StreamSpanMetrics.Core.Tests.Support;

/// <summary>
/// What a record says, one line per resource and per span, read by the hand-written reader or by the generated classes: two lists
/// that have to be equal. Unknown fields do not count. Without values only what is left in <see cref="StrictTwin"/>'s blank copies counts.
/// </summary>
internal static class TraceFacts
{
    /// <summary>The facts as <see cref="TraceReader"/> finds them before it ends or stops at the returned problem.</summary>
    public static DecodeProblem FromReader(
        ReadOnlySpan<byte> record, IReadOnlyList<string> selected, bool events, bool values, List<string> facts)
    {
        AttributeSelector selector = new(selected);
        SpanView view = new(selector) { WantsEvents = events };
        ValueSlice[] eventValues = new ValueSlice[selector.Count];
        TraceReader reader = new(record);
        while (reader.MoveToNextResource())
        {
            facts.Add("resource " + (values ? Canonical(Resource.Parser, reader.Resource) : ""));
            while (reader.MoveToNextSpan(view))
            {
                StringBuilder line = Line(record, view, values);
                for (int index = 0; index < view.EventCount; index++)
                {
                    line.Append(" event ");
                    DecodeProblem problem = EventReader.Read(record, view.Event(index), selector, eventValues);
                    if (problem.Exists)
                    {
                        return problem;
                    }

                    AppendValues(record, eventValues, values, line);
                    line.Append(values ? Canonical(Span.Types.Event.Parser, view.Event(index).In(record)) : "");
                }

                facts.Add(line.ToString());
            }

            if (reader.Problem.Exists)
            {
                break;
            }
        }

        return reader.Problem;
    }

    /// <summary>The facts as the generated classes find them.</summary>
    /// <exception cref="InvalidProtocolBufferException">They refuse the record.</exception>
    public static List<string> FromOracle(byte[] record, IReadOnlyList<string> selected, bool events, bool values)
    {
        List<string> facts = [];
        // Where unknown fields are dropped they are hardly checked: the first parse is the judge.
        ExportTraceServiceRequest.Parser.ParseFrom(record);
        ExportTraceServiceRequest request = ExportTraceServiceRequest.Parser.WithDiscardUnknownFields(true).ParseFrom(record);
        foreach (ResourceSpans resource in request.ResourceSpans)
        {
            facts.Add("resource " + (values ? Hex(resource.Resource ?? new Resource()) : ""));
            foreach (Span span in resource.ScopeSpans.SelectMany(scope => scope.Spans))
            {
                StringBuilder line = new(
                    $"{span.Name} kind {(int)span.Kind} status {(int)(span.Status?.Code ?? 0)} "
                    + $"{span.StartTimeUnixNano}-{span.EndTimeUnixNano} {(values ? span.TraceState : "")}");
                AppendValues(span.Attributes, selected, values, line);
                foreach (Span.Types.Event happened in events ? [.. span.Events] : Array.Empty<Span.Types.Event>())
                {
                    line.Append(" event ");
                    AppendValues(happened.Attributes, selected, values, line);
                    line.Append(values ? Hex(happened) : "");
                }

                facts.Add(line.ToString());
            }
        }

        return facts;
    }

    /// <summary>All that a view holds, without its events' content.</summary>
    public static StringBuilder Line(ReadOnlySpan<byte> record, SpanView view, bool values)
    {
        StringBuilder line = new(
            $"{Encoding.UTF8.GetString(view.Name.In(record))} kind {view.Kind} status {view.StatusCode} {view.StartNanos}-{view.EndNanos} "
            + (values ? Encoding.UTF8.GetString(view.TraceState.In(record)) : ""));
        AppendValues(record, view.Values, values, line);
        return line;
    }

    private static void AppendValues(ReadOnlySpan<byte> record, ValueSlice[] regions, bool values, StringBuilder line)
    {
        for (int index = 0; index < regions.Length; index++)
        {
            if (regions[index].IsPresent)
            {
                line.Append($" [{index}]={(values ? Canonical(AnyValue.Parser, regions[index].In(record)) : "")}");
            }
        }
    }

    private static void AppendValues(IEnumerable<KeyValue> attributes, IReadOnlyList<string> selected, bool values, StringBuilder line)
    {
        for (int index = 0; index < selected.Count; index++)
        {
            if (attributes.FirstOrDefault(attribute => attribute.Key == selected[index]) is KeyValue first)
            {
                line.Append($" [{index}]={(values ? Hex(first.Value ?? new AnyValue()) : "")}");
            }
        }
    }

    /// <summary>A message region in the bytes that the generated class writes for it; raw where it is none.</summary>
    private static string Canonical<T>(MessageParser<T> parser, ReadOnlySpan<byte> region)
        where T : IMessage<T>
    {
        try
        {
            return Hex(parser.WithDiscardUnknownFields(true).ParseFrom(region));
        }
        catch (InvalidProtocolBufferException)
        {
            return "broken " + Convert.ToHexString(region);
        }
    }

    private static string Hex(IMessage message) => Convert.ToHexString(message.ToByteArray());
}
