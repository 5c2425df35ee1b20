namespace StreamSpanMetrics.Demo;

/// <summary>What an operation of the demo's shop is; it decides span kinds and attributes.</summary>
public enum OperationShape
{
    /// <summary>An HTTP endpoint: CLIENT span at the caller, SERVER span here.</summary>
    Http,

    /// <summary>A gRPC method: CLIENT span at the caller, SERVER span here.</summary>
    Rpc,

    /// <summary>A statement or cache command: one CLIENT span of the service that sends it.</summary>
    Database,

    /// <summary>Work inside a service: one INTERNAL span.</summary>
    Internal,

    /// <summary>Handling of a message: PRODUCER span at the sender, CONSUMER span here, later.</summary>
    Queue,
}
