using System.Text;

namespace StreamSpanMetrics.Core.Otlp;

/// <summary>
/// The instrumentation scopes whose name and version a reader notes, by their exact names; those of others stay absent. Immutable.
/// </summary>
public sealed class ScopeSelector
{
    private readonly byte[][] names;

    /// <summary>Selects scopes with one of <paramref name="names"/>, none of which is empty.</summary>
    public ScopeSelector(IReadOnlyList<string> names)
    {
        this.names = new byte[names.Count][];
        for (int index = 0; index < names.Count; index++)
        {
            this.names[index] = Encoding.UTF8.GetBytes(names[index]);
        }
    }

    /// <summary>
    /// Reads the scope of the ScopeSpans in <paramref name="region"/> into <paramref name="view"/>: before its spans, since the Collector
    /// writes it behind them.
    /// </summary>
    internal DecodeProblem Read(ReadOnlySpan<byte> record, ValueSlice region, SpanView view)
    {
        view.ScopeName = ValueSlice.Absent;
        view.ScopeVersion = ValueSlice.Absent;
        ValueSlice name = default;
        ValueSlice version = default;
        ProtoCursor fields = new(record, region, MessageShape.ScopeSpans);
        while (fields.MoveNext())
        {
            if (fields.Tag != OtlpTags.ScopeSpansScope)
            {
                continue;
            }

            // Protobuf merges the parts of a message: the last name counts, whatever part it is in.
            ProtoCursor scope = new(record, fields.Content, MessageShape.Scope);
            while (scope.MoveNext())
            {
                name = scope.Tag == OtlpTags.ScopeName ? scope.Content : name;
                version = scope.Tag == OtlpTags.ScopeVersion ? scope.Content : version;
            }

            if (scope.Problem.Exists)
            {
                return scope.Problem;
            }
        }

        if (Contains(name.In(record)))
        {
            view.ScopeName = name;
            view.ScopeVersion = version;
        }

        // What is wrong with the ScopeSpans itself is found, and placed, when its spans are read.
        return DecodeProblem.None;
    }

    private bool Contains(ReadOnlySpan<byte> wanted)
    {
        foreach (byte[] name in names)
        {
            if (wanted.SequenceEqual(name))
            {
                return true;
            }
        }

        return false;
    }
}
