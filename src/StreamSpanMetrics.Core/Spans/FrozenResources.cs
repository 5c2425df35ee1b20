namespace StreamSpanMetrics.Core.Spans;

/// <summary>
/// The resources that a <see cref="ResourceTable"/> knew at one moment. Any thread may read it while the table goes on on its own: its
/// arrays only grow at their ends or are replaced.
/// </summary>
public readonly struct FrozenResources
{
    private readonly ResourceEntry[] entries;
    private readonly ResourceGroup[] groups;

    internal FrozenResources(ResourceEntry[] entries, ResourceGroup[] groups)
    {
        this.entries = entries;
        this.groups = groups;
    }

    /// <summary>The entry at an index that was known.</summary>
    public ResourceEntry Entry(int index) => entries[index];

    /// <summary>The group at an index that was known.</summary>
    public ResourceGroup Group(int index) => groups[index];
}
