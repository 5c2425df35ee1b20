namespace StreamSpanMetrics.Core.Tests.Totals;

/// <summary>Tests that measure the memory of the whole process: no others may run beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class MemoryCollection
{
    public const string Name = "memory";
}
