using System.Text;

namespace StreamSpanMetrics.Core.Points;

/// <summary>One metric of a record while its points are collected (opentelemetry/proto/metrics/v1/metrics.proto, Metric).</summary>
internal sealed class MetricPoints
{
    private const ulong Delta = 1;
    private const ulong Cumulative = 2;

    private readonly ProtobufBuffer head = new();
    private readonly ProtobufBuffer tail = new();
    private readonly int dataField;

    private MetricPoints(string name, string description, string unit, int dataField, bool isMonotonic, bool isDelta)
    {
        this.dataField = dataField;
        NameBytes = Encoding.UTF8.GetByteCount(name);
        WriteIfAny(1, name);
        WriteIfAny(2, description);
        WriteIfAny(3, unit);
        tail.WriteVarintField(2, isDelta ? Delta : Cumulative);
        if (isMonotonic)
        {
            tail.WriteVarintField(3, 1);
        }
    }

    /// <summary>Fields of the points, one behind the other.</summary>
    public ProtobufBuffer Points { get; } = new();

    /// <summary>Bytes of the name.</summary>
    public int NameBytes { get; }

    /// <summary>Bytes of name, description and unit, as fields.</summary>
    public int HeadBytes => head.Length;

    /// <summary>Size of the Metric, or 0 if it has no points.</summary>
    public int Size => Points.Length == 0 ? 0 : head.Length + ProtobufBuffer.FieldSize(Points.Length + tail.Length);

    /// <summary>A monotonic sum, of totals or of what a step added.</summary>
    public static MetricPoints Sum(string name, string description, bool isDelta) =>
        new(name, description, "", dataField: 7, isMonotonic: true, isDelta);

    /// <summary>A histogram, of totals or of what a step added.</summary>
    public static MetricPoints Histogram(string name, string unit, bool isExponential, bool isDelta) =>
        new(name, "", unit, isExponential ? 10 : 9, isMonotonic: false, isDelta);

    /// <summary>Writes the Metric as a field of a ScopeMetrics, unless it has no points.</summary>
    public void Write(ProtobufBuffer record)
    {
        if (Points.Length > 0)
        {
            record.WriteHeader(2, Size);
            record.Write(head.Written);
            record.WriteHeader(dataField, Points.Length + tail.Length);
            record.Write(Points.Written);
            record.Write(tail.Written);
        }
    }

    private void WriteIfAny(int field, string text)
    {
        if (text.Length > 0)
        {
            head.WriteField(field, Encoding.UTF8.GetBytes(text));
        }
    }
}
