using System.Text;

namespace StreamSpanMetrics.Core.Prometheus;

/// <summary>An attribute name and its label name, both as UTF-8: order is by bytes.</summary>
internal sealed class LabelName(string attribute, string label)
{
    /// <summary>The attribute's own name.</summary>
    public byte[] Attribute { get; } = Encoding.UTF8.GetBytes(attribute);

    /// <summary>The label name.</summary>
    public byte[] Label { get; } = Encoding.UTF8.GetBytes(label);

    /// <summary>Order by label name, then by attribute name: the order in which colliding values are joined.</summary>
    public static int Compare(LabelName left, LabelName right)
    {
        int order = left.Label.AsSpan().SequenceCompareTo(right.Label);
        return order != 0 ? order : left.Attribute.AsSpan().SequenceCompareTo(right.Attribute);
    }
}
