using StreamSpanMetrics.Core.Series;
using StreamSpanMetrics.Core.Spans;

namespace StreamSpanMetrics.Core.Deltas;

/// <summary>
/// What a <see cref="RecordFolder"/> knew when a cut was frozen: all that its blocks need, readable on another thread while the folder
/// goes on (A6).
/// </summary>
/// <param name="Series">Its series.</param>
/// <param name="Resources">Its resources.</param>
public sealed record FrozenTables(FrozenSeries Series, FrozenResources Resources);
