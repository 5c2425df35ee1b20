using Google.Protobuf.Collections;
using OpenTelemetry.Proto.Common.V1;

namespace StreamSpanMetrics.Demo;

/// <summary>Adds attributes to OTLP messages.</summary>
public static class AttributeBuilding
{
    /// <summary>Adds a string.</summary>
    public static void AddText(this RepeatedField<KeyValue> attributes, string key, string value)
    {
        attributes.Add(new KeyValue { Key = key, Value = new AnyValue { StringValue = value } });
    }

    /// <summary>Adds an integer.</summary>
    public static void AddWhole(this RepeatedField<KeyValue> attributes, string key, long value)
    {
        attributes.Add(new KeyValue { Key = key, Value = new AnyValue { IntValue = value } });
    }

    /// <summary>Adds a truth value.</summary>
    public static void AddTruth(this RepeatedField<KeyValue> attributes, string key, bool value)
    {
        attributes.Add(new KeyValue { Key = key, Value = new AnyValue { BoolValue = value } });
    }
}
