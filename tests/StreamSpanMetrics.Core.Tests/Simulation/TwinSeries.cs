using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Tests.Simulation;

/// <summary>A series of the slow twin.</summary>
internal sealed class TwinSeries
{
    public required SeriesFamily Family { get; init; }

    public required string[] Texts { get; init; }

    public required ValueKind[] Kinds { get; init; }

    public required long FirstStep { get; init; }

    public long LastChange { get; set; }

    public ulong Count { get; set; }

    public System.Numerics.BigInteger SumNanos { get; set; }

    public ulong[] Buckets { get; } = new ulong[4];
}
