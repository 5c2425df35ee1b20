using StreamSpanMetrics.Core.Otlp;

namespace StreamSpanMetrics.Core.Totals;

/// <summary>
/// What is known of a job, that is of one (service.namespace, service.name): the attributes its resources agree on (P-4).
/// </summary>
public sealed class JobTotals
{
    /// <summary>Last change of a job or resource of which no step was applied yet, or whose last series expired.</summary>
    internal const long NoStep = long.MinValue;

    private long agreedSinceStep = NoStep;

    internal JobTotals(byte[] key, AttributeValue serviceNamespace, AttributeValue serviceName)
    {
        Key = key;
        Hash = ByteHash.Of(key);
        ServiceNamespace = serviceNamespace;
        ServiceName = serviceName;
    }

    /// <summary>Service namespace; its kind is absent where there is none.</summary>
    public AttributeValue ServiceNamespace { get; }

    /// <summary>Service name; its kind is absent where there is none.</summary>
    public AttributeValue ServiceName { get; }

    /// <summary>Attributes on which all resources of the job agreed so far, sorted by name in ordinal order.</summary>
    public IReadOnlyList<AttributeValue> Descriptive => AgreedDescriptive;

    /// <summary>The agreement before the step being closed, if that step made it smaller; else null.</summary>
    public IReadOnlyList<AttributeValue>? PreviousDescriptive { get; internal set; }

    internal byte[] Key { get; }

    internal ulong Hash { get; }

    internal AttributeValue[] AgreedDescriptive { get; set; } = [];

    internal long LastChangeStep { get; set; } = NoStep;

    /// <summary>
    /// The last step in which the agreement became smaller after it had been emitted; <see cref="NoStep"/> if none did. All its series were
    /// sent in that step.
    /// </summary>
    internal long ShrunkStep { get; set; } = NoStep;

    internal int ResourceCount { get; set; }

    /// <summary>Joins what the entries of one step agree on; returns whether an agreement that was emitted before became smaller.</summary>
    internal bool Agree(AttributeValue[] descriptive, long step)
    {
        bool known = LastChangeStep != NoStep;
        LastChangeStep = step;
        if (!known)
        {
            agreedSinceStep = step;
            AgreedDescriptive = descriptive;
            return false;
        }

        AttributeValue[] before = AgreedDescriptive;
        AgreedDescriptive = AttributeValue.Intersect(before, descriptive);
        if (AgreedDescriptive.Length == before.Length || agreedSinceStep == step)
        {
            return false;
        }

        PreviousDescriptive ??= before;
        ShrunkStep = step;
        return true;
    }

    /// <summary>Takes over what a snapshot knows.</summary>
    internal void Restore(AttributeValue[] descriptive, long lastChangeStep, long shrunkStep)
    {
        ShrunkStep = shrunkStep;
        AgreedDescriptive = descriptive;
        LastChangeStep = lastChangeStep;
    }

    /// <summary>Forgets what was agreed: the job's last series expired.</summary>
    internal void Forget()
    {
        LastChangeStep = NoStep;
        ShrunkStep = NoStep;
        AgreedDescriptive = [];
    }
}
