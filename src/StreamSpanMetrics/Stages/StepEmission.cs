using StreamSpanMetrics.Core.Points;
using StreamSpanMetrics.Core.Totals;

namespace StreamSpanMetrics.Stages;

/// <summary>
/// The records of a closed step, one at a time and each with the word whether it is the last, for which the one behind it has to be
/// made first.
/// </summary>
internal sealed class StepEmission
{
    private readonly StepRecords records;
    private readonly uint written;
    private byte[]? key;
    private byte[]? value;
    private uint number;

    /// <summary>The records of the step that is closing, without those that are written already.</summary>
    public StepEmission(ShardState state, PointEncoder encoder)
    {
        written = state.EmittedRecords(state.ClosingStep ?? throw new InvalidOperationException("No step is closing."));
        records = new StepRecords(state, encoder);
    }

    /// <summary>Makes one more record; the result is false when there was none left to make.</summary>
    /// <param name="key">Key of the record before it, which can be sent now; null if there is none.</param>
    /// <param name="value">Its value.</param>
    /// <param name="number">Its number.</param>
    public bool MakeNext(out byte[]? key, out byte[]? value, out uint number)
    {
        bool more = records.MoveNext();
        if (more && records.Number <= written)
        {
            // Also to pass a record takes the time to make it.
            key = value = null;
            number = 0;
            return true;
        }

        (key, value, number) = (this.key, this.value, this.number);
        this.key = more ? records.Key.ToArray() : null;
        this.value = more ? records.Value.ToArray() : null;
        this.number = records.Number;
        return more;
    }
}
