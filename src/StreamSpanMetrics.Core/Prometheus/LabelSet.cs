namespace StreamSpanMetrics.Core.Prometheus;

/// <summary>
/// The encoded labels of one point in an arena, sorted by name, with the places where <c>__name__</c> and <c>le</c> belong, so
/// that all series of a histogram point share the bytes. All numbers are offsets in the arena.
/// </summary>
/// <param name="Start">Where the labels begin.</param>
/// <param name="NameAt">Where <c>__name__</c> belongs.</param>
/// <param name="LeAt">Where <c>le</c> belongs; a label <c>le</c> of the point's own stands from here to <paramref name="LeEnd"/>.</param>
/// <param name="LeEnd">First label after <c>le</c>.</param>
/// <param name="End">Where the labels end.</param>
internal readonly record struct LabelSet(int Start, int NameAt, int LeAt, int LeEnd, int End);
