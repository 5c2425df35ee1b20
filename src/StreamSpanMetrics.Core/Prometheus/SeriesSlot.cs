namespace StreamSpanMetrics.Core.Prometheus;

/// <summary>A series of one record in <see cref="SeriesTable"/>, and the chain of its points.</summary>
/// <param name="Family">The metric family.</param>
/// <param name="Labels">Its labels in the arena.</param>
/// <param name="Hash">Hash of family and labels.</param>
/// <param name="FirstPoint">Index of its earliest point.</param>
/// <param name="PointCount">Number of its points.</param>
/// <param name="NextInBucket">Index of the next series in the same hash bucket, -1 for none.</param>
internal readonly record struct SeriesSlot(
    FamilyNames Family, LabelSet Labels, int Hash, int FirstPoint, int PointCount, int NextInBucket);
