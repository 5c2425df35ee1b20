namespace StreamSpanMetrics.Demo;

/// <summary>A service of the demo's shop with its instances. Immutable.</summary>
public sealed class ShopService
{
    /// <summary>Describes a service with <paramref name="pods"/> instances, at least 1.</summary>
    public ShopService(string name, string language, int pods, bool stableConventions)
    {
        Name = name;
        Language = language;
        StableConventions = stableConventions;
        ShopPod[] instances = new ShopPod[pods];
        for (int index = 0; index < pods; index++)
        {
            instances[index] = new ShopPod(this, index);
        }

        Pods = instances;
    }

    /// <summary><c>service.name</c>.</summary>
    public string Name { get; }

    /// <summary><c>telemetry.sdk.language</c>.</summary>
    public string Language { get; }

    /// <summary><c>service.version</c>.</summary>
    public string Version => "1." + (Name.Length % 5) + ".0";

    /// <summary>Whether its spans use the stable names of HTTP and database attributes instead of the older ones.</summary>
    public bool StableConventions { get; }

    /// <summary>Its instances.</summary>
    public IReadOnlyList<ShopPod> Pods { get; }
}
