using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Resource.V1;
using StreamSpanMetrics.Core.Points;
using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Tests.Points;

/// <summary>The emitted resource (P-4) and typed values (P-5).</summary>
public sealed class ResourceEncoderTests
{
    [Fact]
    public void Identity_and_the_first_32_descriptive_attributes_come_sorted_without_the_instance()
    {
        List<AttributeValue> descriptive = [new("service.instance.id", "pod-1", ValueKind.String)];
        for (int i = 10; i < 50; i++)
        {
            descriptive.Add(new AttributeValue("zone." + i, "x", ValueKind.String));
        }

        Resource resource = Encode(
            [new("service.name", "shop", ValueKind.String), new("zone.11", "own", ValueKind.String)], descriptive);

        List<string> names = [.. resource.Attributes.Select(attribute => attribute.Key)];
        Assert.Equal(34, names.Count);
        Assert.Equal(names.Order(StringComparer.Ordinal), names);
        Assert.DoesNotContain("service.instance.id", names);
        Assert.Equal("own", resource.Attributes.Single(attribute => attribute.Key == "zone.11").Value.StringValue);
    }

    [Theory]
    [InlineData(ValueKind.Int, "42", AnyValue.ValueOneofCase.IntValue)]
    [InlineData(ValueKind.Int, "42x", AnyValue.ValueOneofCase.StringValue)]
    [InlineData(ValueKind.Int, "99999999999999999999", AnyValue.ValueOneofCase.StringValue)]
    [InlineData(ValueKind.Bool, "true", AnyValue.ValueOneofCase.BoolValue)]
    [InlineData(ValueKind.Bool, "True", AnyValue.ValueOneofCase.StringValue)]
    [InlineData(ValueKind.Double, "1e-7", AnyValue.ValueOneofCase.DoubleValue)]
    [InlineData(ValueKind.Double, "", AnyValue.ValueOneofCase.StringValue)]
    [InlineData(ValueKind.String, "42", AnyValue.ValueOneofCase.StringValue)]
    public void A_value_has_its_kind_or_stays_text(ValueKind kind, string text, AnyValue.ValueOneofCase expected)
    {
        Resource resource = Encode([new("service.name", text, kind)], []);
        Assert.Equal(expected, resource.Attributes[0].Value.ValueCase);
    }

    private static Resource Encode(List<AttributeValue> identity, List<AttributeValue> descriptive)
    {
        ProtobufBuffer buffer = new();
        new ResourceEncoder().WriteResource(buffer, identity, descriptive);
        return Resource.Parser.ParseFrom(buffer.Written);
    }
}
