using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Tests.Totals;

/// <summary>A series as a test names it: family and values in key order.</summary>
public sealed record TestSeries(SeriesFamily Family, params (ValueKind Kind, string Text)[] Values);
