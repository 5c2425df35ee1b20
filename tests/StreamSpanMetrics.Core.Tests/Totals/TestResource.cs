using StreamSpanMetrics.Schemas.V1;
using Attribute = StreamSpanMetrics.Schemas.V1.Attribute;

namespace StreamSpanMetrics.Core.Tests.Totals;

/// <summary>A resource as a test names it: identity service.name and environment, and descriptive attributes.</summary>
public sealed record TestResource(string Service, string Environment = "", params (string Name, string Text)[] Descriptive)
{
    public DeltaResource ToMessage()
    {
        DeltaResource message = new()
        {
            ServiceNamespace = new Attribute(),
            ServiceName = Text("service.name", Service),
        };
        if (Environment.Length > 0)
        {
            message.Identity.Add(Text("deployment.environment.name", Environment));
        }

        message.Identity.Add(Text("service.name", Service));
        foreach ((string name, string text) in Descriptive)
        {
            message.Descriptive.Add(Text(name, text));
        }

        return message;
    }

    private static Attribute Text(string name, string text) => new() { Name = name, Text = text, Kind = ValueKind.String };
}
