namespace StreamSpanMetrics.Core.Prometheus;

/// <summary>The profiles by their names in settings.</summary>
public static class NamingProfiles
{
    /// <summary>What is written unless something else is set.</summary>
    public static readonly IReadOnlyList<NamingProfile> Default = [NamingProfile.Otel];

    /// <summary>All names, in the order of <see cref="NamingProfile"/>.</summary>
    public static readonly IReadOnlyList<string> Names = ["otel", "legacy", "tempo"];

    /// <summary>Name of a profile in settings.</summary>
    public static string NameOf(NamingProfile profile) => Names[(int)profile];
}
