namespace StreamSpanMetrics.Core.Settings;

/// <summary><c>auth.sasl</c>: who the Kafka clients are.</summary>
/// <param name="Mechanism">How it is proven.</param>
/// <param name="UserName">Name of the user, not empty.</param>
/// <param name="Password">The user's password, not empty.</param>
public sealed record SaslSettings(SaslMechanism Mechanism, string UserName, Secret Password);
