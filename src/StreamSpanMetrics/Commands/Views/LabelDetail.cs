namespace StreamSpanMetrics.Commands.Views;

/// <summary>A dimension of a service.</summary>
/// <param name="ServiceNamespace">Namespace of the service; empty where there is none.</param>
/// <param name="ServiceName">Its name.</param>
/// <param name="Label">The dimension.</param>
/// <param name="Values">About how many values it has in the series alive.</param>
internal sealed record LabelDetail(string ServiceNamespace, string ServiceName, string Label, long Values)
{
    /// <summary>Whether values of it were too many and are counted together (<c>label_cardinality_limit</c>).</summary>
    public bool IsLimited { get; init; }

    /// <summary>The service's name with its namespace.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public string FullName => ServiceNamespace.Length == 0 ? ServiceName : $"{ServiceNamespace}/{ServiceName}";
}
