using System.Text;
using StreamSpanMetrics.Core.Otlp;
using StreamSpanMetrics.Core.Spans;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Tests.Support;

/// <summary>Decodes a rendered series key as the schema of the deltas describes it, into one readable line.</summary>
internal static class RenderedKeyText
{
    /// <summary>For example <c>Spans service.name=String:shop custom=Absent:</c>.</summary>
    public static string Of(ReadOnlySpan<byte> key, SeriesLayout layout)
    {
        SeriesFamily family = (SeriesFamily)key[0];
        StringBuilder line = new(family.ToString());
        int position = 1;
        int number = 0;
        string name = "";
        foreach (string fixedName in layout.Names(family))
        {
            int inPairs = number++ - layout.GlobStart(family);
            uint header = 0;
            int shift = 0;
            byte next;
            do
            {
                next = key[position++];
                header |= (uint)(next & 0x7F) << shift;
                shift += 7;
            }
            while (next >= 0x80);
            int length = (int)(header >> 3);
            UTF8Encoding strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
            string text = strict.GetString(key.Slice(position, length));
            bool isName = inPairs >= 0 && inPairs % 2 == 0;
            name = isName ? text : inPairs < 0 ? fixedName : name;
            if (inPairs < 0 || (!isName && name.Length > 0))
            {
                line.Append($" {name}={(TextKind)(header & 7)}:{text}");
            }

            position += length;
        }

        Assert.Equal(key.Length, position);
        return line.ToString();
    }

    /// <summary>The group of a series as one line: job, then the identity.</summary>
    public static string Of(ResourceGroup group) =>
        Group(group.ServiceNamespace, group.ServiceName, group.Identity);

    /// <summary>A group's line from its parts.</summary>
    public static string Group(
        ResourceAttribute serviceNamespace, ResourceAttribute serviceName, IEnumerable<ResourceAttribute> identity) =>
        $"{serviceNamespace.Text}/{serviceName.Text}{{{string.Join(',', identity.Select(Attribute))}}}";

    /// <summary>An attribute as one word.</summary>
    public static string Attribute(ResourceAttribute attribute) => $"{attribute.Name}={attribute.Kind}:{attribute.Text}";
}
