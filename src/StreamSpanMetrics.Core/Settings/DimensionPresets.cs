using StreamSpanMetrics.Core.Spans;

namespace StreamSpanMetrics.Core.Settings;

/// <summary>
/// The dimensions of the presets: attributes of few values that tell operations and their results apart, under their newest names in the
/// OpenTelemetry semantic conventions (open-telemetry/semantic-conventions v1.45.0), with the older names that instrumentations go on
/// writing until <c>OTEL_SEMCONV_STABILITY_OPT_IN</c> says otherwise. Names are joined, values are taken as they are. A change here
/// changes the rules fingerprint of who uses the preset.
/// </summary>
public static class DimensionPresets
{
    /// <summary>Names of the presets in settings, in the order of <see cref="DimensionPreset"/>.</summary>
    public static readonly IReadOnlyList<string> Names = ["http", "rpc", "db", "messaging"];

    // docs/non-normative/http-migration.md, "Common attributes across HTTP client and server spans" and "HTTP server span attributes".
    // Not server.address: its values come from clients' headers (opt-in in the metrics for that reason).
    private static readonly DimensionRule[] Http =
    [
        Rule("http.request.method", "http.method"),
        Rule("http.response.status_code", "http.status_code"),
        Rule("http.route"),
    ];

    // docs/non-normative/rpc-migration.md, "RPC span attributes". The newer rpc.method holds the service, too; the older has it apart,
    // without which methods of one name would be one series.
    private static readonly DimensionRule[] Rpc =
    [
        Rule("rpc.system.name", "rpc.system"),
        Rule("rpc.service"),
        Rule("rpc.method"),
        Rule("rpc.response.status_code", "rpc.grpc.status_code", "rpc.connect_rpc.error_code"),
    ];

    // docs/non-normative/db-migration.md, "Database client span attributes"; docs/registry/attributes/db.md for db.system.
    private static readonly DimensionRule[] Db =
    [
        Rule("db.system.name", "db.system"),
        Rule("db.namespace", "db.name", "db.redis.database_index"),
        Rule("db.operation.name", "db.operation"),
        Rule("db.collection.name", "db.sql.table", "db.mongodb.collection", "db.cassandra.table", "db.cosmosdb.container"),
    ];

    // docs/registry/attributes/messaging.md, "Deprecated Messaging Attributes" (messaging.operation is the older name of the type, not of
    // messaging.operation.name); messaging.destination was renamed in v1.17.0 (schemas/1.17.0).
    private static readonly DimensionRule[] Messaging =
    [
        Rule("messaging.system"),
        Rule("messaging.operation.type", "messaging.operation"),
        Rule("messaging.destination.name", "messaging.destination"),
        Rule(
            "messaging.consumer.group.name",
            "messaging.kafka.consumer.group", "messaging.eventhubs.consumer.group", "messaging.rocketmq.client_group"),
    ];

    /// <summary>Name of a preset in settings.</summary>
    public static string NameOf(DimensionPreset preset) => Names[(int)preset];

    /// <summary>The dimensions of a preset.</summary>
    public static IReadOnlyList<DimensionRule> Of(DimensionPreset preset) => preset switch
    {
        DimensionPreset.Http => Http,
        DimensionPreset.Rpc => Rpc,
        DimensionPreset.Db => Db,
        _ => Messaging,
    };

    /// <summary>
    /// <paramref name="own"/>, then what the presets add. Where both have a dimension of one name it is the user's, with his default and
    /// his aliases before those of the preset.
    /// </summary>
    public static IReadOnlyList<DimensionRule> AddTo(IReadOnlyList<DimensionRule> own, IReadOnlyList<DimensionPreset> presets)
    {
        if (presets.Count == 0)
        {
            return own;
        }

        List<DimensionRule> all = [.. own];
        foreach (DimensionPreset preset in presets)
        {
            foreach (DimensionRule rule in Of(preset))
            {
                int known = all.FindIndex(other => other.Name == rule.Name);
                if (known < 0)
                {
                    all.Add(rule);
                }
                else
                {
                    all[known] = all[known].Join(rule);
                }
            }
        }

        return all;
    }

    private static DimensionRule Rule(string name, params string[] aliases) => new(name) { Aliases = aliases };
}
