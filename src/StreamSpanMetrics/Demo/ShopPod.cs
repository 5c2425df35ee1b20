using Google.Protobuf.Collections;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Resource.V1;

namespace StreamSpanMetrics.Demo;

/// <summary>One running instance of a service: a resource of its own. Immutable.</summary>
public sealed class ShopPod
{
    /// <summary>Describes instance number <paramref name="index"/> of <paramref name="service"/>.</summary>
    public ShopPod(ShopService service, int index)
    {
        Service = service;
        Name = $"{service.Name}-7d9f{service.Name.Length:x}b{index}c-{(char)('k' + index)}x{index}zq";
        Resource = new Resource();
        RepeatedField<KeyValue> attributes = Resource.Attributes;
        attributes.AddText("service.name", service.Name);
        attributes.AddText("service.namespace", "shop");
        attributes.AddText("service.version", service.Version);
        attributes.AddText("service.instance.id", Name);
        attributes.AddText("deployment.environment.name", "demo");
        attributes.AddText("k8s.namespace.name", "shop");
        attributes.AddText("k8s.pod.name", Name);
        attributes.AddText("telemetry.sdk.name", "opentelemetry");
        attributes.AddText("telemetry.sdk.language", service.Language);
        attributes.AddWhole("process.pid", 7 + (index * 13));
    }

    /// <summary>The service it belongs to.</summary>
    public ShopService Service { get; }

    /// <summary>Unique name of the instance.</summary>
    public string Name { get; }

    /// <summary>Its resource attributes. Shared by every record: never changed.</summary>
    public Resource Resource { get; }
}
