namespace StreamSpanMetrics.Testing.Programs;

/// <summary>A listener of a broker.</summary>
/// <param name="Name">Its name in the broker's settings, upper case.</param>
/// <param name="Protocol">Kafka's name of its protocol, such as <c>SASL_SSL</c>.</param>
/// <param name="Port">Its port of the loopback address.</param>
public sealed record KafkaListener(string Name, string Protocol, int Port)
{
    /// <summary>Address for clients.</summary>
    public string BootstrapServers => $"127.0.0.1:{Port}";
}
