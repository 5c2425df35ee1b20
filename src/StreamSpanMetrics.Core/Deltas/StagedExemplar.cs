namespace StreamSpanMetrics.Core.Deltas;

/// <summary>A span of a <see cref="StagedRecord"/> and where its observations end; they begin where those of the span before it end.</summary>
/// <param name="Exemplar">The span; without trace id it is no exemplar.</param>
/// <param name="TimedEnd">Behind its last observation with a duration.</param>
/// <param name="CountedEnd">Behind its last observation that only counts.</param>
internal readonly record struct StagedExemplar(SpanExemplar Exemplar, int TimedEnd, int CountedEnd);
