using StreamSpanMetrics.Core.Otlp;

namespace StreamSpanMetrics.Core.Tests.Support;

/// <summary>The strict twin's way to say no.</summary>
internal sealed class WireProblem(DecodeCause cause, int position) : Exception($"{cause} at byte {position}")
{
    /// <summary>The problem as the reader would state it.</summary>
    public DecodeProblem Problem { get; } = new(cause, position);
}
