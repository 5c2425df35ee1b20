using System.Globalization;
using System.Text;
using Google.Protobuf.Collections;
using OpenTelemetry.Proto.Common.V1;

namespace StreamSpanMetrics.Demo;

/// <summary>Attributes as text: single values, and whole sets as keys of dictionaries.</summary>
public static class AttributeText
{
    /// <summary>One text per set of attributes, whatever their order: equal sets have equal texts, different sets different ones.</summary>
    public static string KeyOf(RepeatedField<KeyValue> attributes)
    {
        List<string> parts = new(attributes.Count);
        foreach (KeyValue attribute in attributes)
        {
            string value = Of(attribute.Value);
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{attribute.Key.Length}:{attribute.Key}{value.Length}:{value}"));
        }

        parts.Sort(StringComparer.Ordinal);
        StringBuilder text = new();
        parts.ForEach(part => text.Append(part));
        return text.ToString();
    }

    /// <summary>The value of the attribute named <paramref name="key"/>, or an empty text.</summary>
    public static string Find(RepeatedField<KeyValue>? attributes, string key)
    {
        KeyValue? found = attributes?.FirstOrDefault(attribute => attribute.Key == key);
        return found is null ? "" : Of(found.Value);
    }

    private static string Of(AnyValue? value) => value?.ValueCase switch
    {
        AnyValue.ValueOneofCase.StringValue => value.StringValue,
        AnyValue.ValueOneofCase.BoolValue => value.BoolValue ? "true" : "false",
        AnyValue.ValueOneofCase.IntValue => value.IntValue.ToString(CultureInfo.InvariantCulture),
        AnyValue.ValueOneofCase.DoubleValue => value.DoubleValue.ToString("R", CultureInfo.InvariantCulture),
        null or AnyValue.ValueOneofCase.None => "",
        _ => value.ToString(),
    };
}
