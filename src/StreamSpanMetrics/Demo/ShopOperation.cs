namespace StreamSpanMetrics.Demo;

/// <summary>An operation of the demo's shop: what it is called, how long it takes, how often it fails, what it calls. Immutable.</summary>
/// <param name="Service">The service that executes it; null for database statements and inner work, which run in their caller.</param>
/// <param name="Shape">What it is.</param>
/// <param name="Verb">HTTP method, RPC method, statement or verb of a queue.</param>
/// <param name="Subject">Route, RPC service, table, function or topic.</param>
/// <param name="MedianMillis">Median of its own time without calls, above 0.</param>
/// <param name="Calls">Calls in order.</param>
public sealed record ShopOperation(
    ShopService? Service, OperationShape Shape, string Verb, string Subject, double MedianMillis, IReadOnlyList<ShopCall> Calls)
{
    /// <summary>Standard deviation of the logarithm of its own time.</summary>
    public double Spread { get; init; } = 0.45;

    /// <summary>Share of executions that fail by themselves, 0 to 1, outside bursts.</summary>
    public double ErrorRate { get; init; } = 0.002;

    /// <summary>Database or messaging system, as <c>db.system</c> names it; empty elsewhere.</summary>
    public string System { get; init; } = "";

    /// <summary>Type of the exception that its failures carry.</summary>
    public string ExceptionType { get; init; } = "java.lang.IllegalStateException";

    /// <summary>Message of that exception; one of few texts, since it may become a label.</summary>
    public string ExceptionMessage { get; init; } = "operation failed";

    /// <summary>Name of the span at the side that executes it.</summary>
    public string SpanName => Shape switch
    {
        OperationShape.Rpc => Subject + "/" + Verb,
        OperationShape.Internal => Subject,
        _ => Verb + " " + Subject,
    };

    /// <summary>Name of the span at the side that calls or sends: HTTP clients do not know the route.</summary>
    public string CallerSpanName => Shape switch
    {
        OperationShape.Http => Verb,
        OperationShape.Queue => "publish " + Subject,
        _ => SpanName,
    };
}
