namespace StreamSpanMetrics.Core.Tests.Support;

/// <summary>What the tests know of a message on the trace path, written down apart from the reader's own tables.</summary>
internal sealed class WireShape
{
    private readonly Dictionary<int, WireRule> rules = [];

    /// <summary>Whether some of the fields are looked into after the whole message was passed over.</summary>
    public bool HasLateFields { get; private set; }

    /// <summary>The message in field 1 if its parts have to be whole, each by itself, where it comes in several.</summary>
    public WireShape? Parts { get; private init; }

    /// <summary>The request as a trace reader looks at it: resources stay closed, events are opened if <paramref name="events"/>.</summary>
    public static WireShape Request(bool resources, bool events)
    {
        WireShape keyValue = new WireShape().With(1, 2, text: true).With(2, 2).With(3, 0);
        WireShape resource = new WireShape().With(1, 2, keyValue).With(2, 0).With(3, 2);
        WireShape happened = new WireShape().With(1, 1).With(2, 2).With(3, 2, keyValue).With(4, 0);
        WireShape status = new WireShape().With(2, 2).With(3, 0);
        WireShape span = new WireShape().With(1, 2, idBytes: 16).With(2, 2, idBytes: 8).With(3, 2).With(4, 2, idBytes: 8)
            .With(5, 2, text: true).With(6, 0).With(7, 1).With(8, 1).With(9, 2, keyValue).With(10, 0)
            .With(11, 2, events ? happened : null, late: true).With(12, 0).With(13, 2).With(14, 0).With(15, 2, status).With(16, 5);
        WireShape scope = new WireShape().With(1, 2).With(2, 2, span).With(3, 2);
        WireShape flatResource = new WireShape().With(1, 2).With(2, 0).With(3, 2);
        WireShape resourceSpans = new WireShape { Parts = flatResource }.With(1, 2, resources ? resource : null, late: true)
            .With(2, 2, scope, late: true).With(3, 2);
        return new WireShape().With(1, 2, resourceSpans);
    }

    /// <summary>The rule of a field, or null if the field is unknown.</summary>
    public WireRule? Rule(ulong number) => number <= int.MaxValue ? rules.GetValueOrDefault((int)number) : null;

    private WireShape With(
        int number, int wireType, WireShape? inner = null, bool text = false, int idBytes = -1, bool late = false)
    {
        rules.Add(number, new WireRule(wireType, inner, text, idBytes, late));
        HasLateFields |= late;
        return this;
    }
}
