namespace StreamSpanMetrics.Core.Spans;

/// <summary>What one writer of series is: a job and the identity attributes that tell its resources apart. Immutable.</summary>
public sealed class ResourceGroup
{
    /// <summary>Makes a group; its shard is that of its job (M4).</summary>
    public ResourceGroup(ResourceAttribute serviceNamespace, ResourceAttribute serviceName, ResourceAttribute[] identity)
    {
        ServiceNamespace = serviceNamespace;
        ServiceName = serviceName;
        Identity = identity;
        JobHash = JobHashing.Of(serviceNamespace.Text, serviceName.Text);
    }

    /// <summary><c>service.namespace</c>; its kind is absent where the resource has none.</summary>
    public ResourceAttribute ServiceNamespace { get; }

    /// <summary><c>service.name</c>; its kind is absent where it is empty or unset.</summary>
    public ResourceAttribute ServiceName { get; }

    /// <summary>Identity attributes, sorted by name (ordinal), absent ones left out.</summary>
    public IReadOnlyList<ResourceAttribute> Identity { get; }

    /// <summary>Hash of the job; modulo the number of shards it is the shard.</summary>
    public ulong JobHash { get; }
}
