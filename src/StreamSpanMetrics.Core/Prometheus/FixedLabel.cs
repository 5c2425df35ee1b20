namespace StreamSpanMetrics.Core.Prometheus;

/// <summary>A label that all series of one resource and scope share.</summary>
/// <param name="Name">Label name, UTF-8.</param>
/// <param name="Encoded">The label as field 1 of a <c>TimeSeries</c>, tag and length included.</param>
/// <param name="Overrides">Whether it replaces a label of the point; otherwise it stands only where the name is free.</param>
internal readonly record struct FixedLabel(byte[] Name, byte[] Encoded, bool Overrides);
