using StreamSpanMetrics.Core.Deltas;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Tests.Simulation;

/// <summary>A series of the slow twin.</summary>
internal sealed class TwinSeries
{
    public required SeriesFamily Family { get; init; }

    public required string[] Texts { get; init; }

    public required ValueKind[] Kinds { get; set; }

    public required long FirstStep { get; set; }

    public long LastChange { get; set; }

    public ulong Count { get; set; }

    public System.Numerics.BigInteger SumNanos { get; set; }

    public ulong[] Buckets { get; set; } = new ulong[4];

    /// <summary>What it was before the step that closes.</summary>
    public TwinSeries? Before { get; set; }

    /// <summary>Whether the step before this one had a point of it.</summary>
    public bool WasEmitted { get; set; }

    /// <summary>The last step at which its own plan had a point.</summary>
    public long LastPlannedStep { get; set; }

    public TwinSeries Clone() => new()
    {
        Family = Family, Texts = Texts, Kinds = Kinds, FirstStep = FirstStep, LastChange = LastChange, Count = Count, SumNanos = SumNanos,
        Buckets = [.. Buckets],
    };

    /// <summary>Exemplars of the step that was closed last with a change.</summary>
    public List<SpanExemplar> Exemplars { get; set; } = [];
}
