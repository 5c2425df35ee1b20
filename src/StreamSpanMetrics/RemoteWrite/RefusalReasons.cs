namespace StreamSpanMetrics.RemoteWrite;

/// <summary>Reads a receiver's answer: the reason for which samples are refused.</summary>
public static class RefusalReasons
{
    // The texts of Prometheus (storage/interface.go, storage/remote/write_handler.go) and the error ids of Mimir
    // (pkg/util/globalerror). "out of bounds" alone is the past; the future has words of its own behind it.
    private static readonly (string Text, RefusalReason Reason)[] Known =
    [
        ("too far in the future", RefusalReason.TooFarAhead),
        ("too-far-in-future", RefusalReason.TooFarAhead),
        ("duplicate sample for timestamp", RefusalReason.Duplicate),
        ("sample-duplicate-timestamp", RefusalReason.Duplicate),
        ("too old sample", RefusalReason.TooOld),
        ("sample-timestamp-too-old", RefusalReason.TooOld),
        ("sample-out-of-order", RefusalReason.AlreadyWritten),
        ("out of order sample", RefusalReason.AlreadyWritten),
        ("out of bounds", RefusalReason.TooOld),
    ];

    /// <summary>The reason that <paramref name="answer"/>, the body of a refusal, tells.</summary>
    public static RefusalReason Classify(string answer)
    {
        foreach ((string text, RefusalReason reason) in Known)
        {
            if (answer.Contains(text, StringComparison.OrdinalIgnoreCase))
            {
                return reason;
            }
        }

        return RefusalReason.Other;
    }

    /// <summary>
    /// Divides <paramref name="samples"/> refused ones by the reasons in <paramref name="answer"/>, which tells one of them in each line and
    /// may be cut off: those that it does not tell go to the reason told most often.
    /// </summary>
    public static IEnumerable<(RefusalReason Reason, int Samples)> Share(string answer, int samples)
    {
        int[] told = new int[Enum.GetValues<RefusalReason>().Length];
        int left = samples;
        foreach (string line in answer.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (left > 0)
            {
                told[(int)Classify(line)]++;
                left--;
            }
        }

        int most = left == samples ? (int)RefusalReason.Other : Array.IndexOf(told, told.Max());
        told[most] += left;
        return from reason in Enum.GetValues<RefusalReason>() where told[(int)reason] > 0 select (reason, told[(int)reason]);
    }

    /// <summary>The reason as a metric's label has it (E2).</summary>
    public static string Label(RefusalReason reason) => reason switch
    {
        RefusalReason.AlreadyWritten => "already_written",
        RefusalReason.TooOld => "too_old",
        RefusalReason.TooFarAhead => "too_far_ahead",
        RefusalReason.Duplicate => "duplicate",
        _ => "other",
    };
}
