using System.Net;
using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.Core.Spans;

namespace StreamSpanMetrics.Configuration;

/// <summary><c>stream</c>, the section of our own.</summary>
internal static class StreamSectionReader
{
    private const int MaxThreads = 64;
    private const int MaxShards = 1024;
    private const int MaxIdLength = 100;
    private const int SmallestRecordBytes = 1024;
    private const int LargestRecordBytes = 1 << 30;

    // transaction.max.timeout.ms of a broker that nobody configured (apache/kafka TransactionStateManagerConfig).
    private static readonly TimeSpan LongestTransaction = TimeSpan.FromMinutes(15);

    /// <summary>
    /// Reads the section, save what <see cref="EmissionReader"/> reads; <paramref name="sessionTimeout"/> bounds the life of a transaction
    /// (M1).
    /// </summary>
    public static StreamSettings Read(MappingReader reader, TimeSpan sessionTimeout)
    {
        StreamSettings defaults = new();
        MappingReader threads = reader.Section("threads");
        MappingReader breaker = reader.Section("breaker");
        StreamSettings settings = new()
        {
            ApplicationId = ReadId(reader, "application_id", defaults.ApplicationId),
            Predecessor = ReadId(reader, "predecessor", defaults.Predecessor),
            InstanceId = ReadId(reader, "instance_id", defaults.InstanceId),
            Stages = ReadStages(reader),
            AggregateThreads = threads.Integer("aggregate", defaults.AggregateThreads, 1, MaxThreads),
            MergeThreads = threads.Integer("merge", defaults.MergeThreads, 1, MaxThreads),
            ExportThreads = threads.Integer("export", defaults.ExportThreads, 1, MaxThreads),
            Shards = reader.Integer("shards", defaults.Shards, 1, MaxShards),
            CommitInterval = reader.Duration(
                "commit_interval", defaults.CommitInterval, TimeSpan.FromMilliseconds(10), TimeSpan.FromHours(1), orZero: true),
            TransactionTimeout = ReadTransactionTimeout(reader, defaults.TransactionTimeout, sessionTimeout),
            GroupProtocol = reader.Choice(
                "group_protocol", defaults.GroupProtocol, ("classic", GroupProtocol.Classic), ("consumer", GroupProtocol.Consumer)),
            ClosePolicy = reader.Choice(
                "close_policy", defaults.ClosePolicy, ("bounded", ClosePolicy.Bounded), ("strict", ClosePolicy.Strict)),
            BoundedAfter = reader.Duration("bounded_after", defaults.BoundedAfter, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)),
            MaxAhead = reader.Duration("max_ahead", defaults.MaxAhead, TimeSpan.Zero, TimeSpan.FromDays(1)),
            MaxSkewSteps = reader.Integer("max_skew", defaults.MaxSkewSteps, 2, 1_000_000),
            BreakerRecords = breaker.Integer("records", defaults.BreakerRecords, 0, 1_000_000),
            BreakerPause = breaker.Duration("pause", defaults.BreakerPause, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)),
            DropMissingServiceName = reader.Choice(
                "missing_service_name", defaults.DropMissingServiceName, ("count", false), ("drop", true)),
            MaxLabelBytes = reader.Bytes("max_label_bytes", defaults.MaxLabelBytes, SpanRules.MinLabelBytes, SpanRules.MaxValueBytes),
            LabelLimit = reader.Integer("label_cardinality_limit", defaults.LabelLimit, 0, ConnectorSettings.MaxSeriesLimit),
            Presets = [.. NamedChoices.Read(reader, "presets", "preset", DimensionPresets.Names).Select(preset => (DimensionPreset)preset)],
            Naming = NamingReader.Read(reader, "naming"),
            FeatureGates = FeatureGatesReader.Read(reader, "feature_gates"),
            Filter = FilterReader.Read(reader.Section("filter")),
            OnDataLoss = reader.Choice(
                "on_data_loss", defaults.OnDataLoss, ("continue", DataLossPolicy.Continue), ("stop", DataLossPolicy.Stop)),
            MaxRecordBytes = reader.Bytes("max_record_bytes", defaults.MaxRecordBytes, SmallestRecordBytes, LargestRecordBytes),
            ReplicationFactor = ReadReplication(reader, defaults.ReplicationFactor),
            SourcePartitions = reader.Integer("source_partitions", defaults.SourcePartitions, 1, 10_000),
            Telemetry = ReadTelemetry(reader.Section("telemetry"), defaults.Telemetry),
        };
        if (settings.Predecessor == settings.ApplicationId)
        {
            reader.Error("predecessor", "is the application itself", "give the new application another application_id");
        }

        threads.Finish();
        breaker.Finish();

        // The selection is read with the pipelines.
        reader.Accept("receiver", "connector", "exporter");
        reader.Accept(EmissionReader.Keys);
        reader.Finish();
        return settings;
    }

    private static string ReadId(MappingReader reader, string key, string fallback)
    {
        SettingNode? value = reader.Find(key);
        string text = reader.Text(key, fallback);
        bool allowed = text.Length <= MaxIdLength && TopicName.HasOnlyAllowed(text) && (text.Length > 0 || fallback.Length == 0);
        if (value is not { Kind: SettingKind.Scalar } || allowed)
        {
            return text;
        }

        reader.Error(
            key,
            $"'{value.Shown}' cannot be part of the names of topics and groups",
            FormattableString.Invariant($"up to {MaxIdLength} {TopicName.Rule}"));
        return fallback;
    }

    private static TelemetrySettings ReadTelemetry(MappingReader reader, TelemetrySettings defaults)
    {
        SettingNode? host = reader.Find("host");
        TelemetrySettings settings = new()
        {
            IsEnabled = reader.Flag("enabled", defaults.IsEnabled),
            Host = reader.Text("host", defaults.Host),
            Port = reader.Integer("port", defaults.Port, 0, ushort.MaxValue),
            ReadyLag = reader.Duration("ready_lag", defaults.ReadyLag, TimeSpan.FromSeconds(1), TimeSpan.FromDays(365)),
        };
        if (host is { Kind: SettingKind.Scalar } && settings.Host != "localhost" && !IPAddress.TryParse(settings.Host, out _))
        {
            reader.Error(
                host, "host", $"'{host.Shown}' is no IP address", "0.0.0.0 listens on all addresses, 127.0.0.1 for this machine alone");
        }

        reader.Finish();
        return settings;
    }

    private static IReadOnlyList<string> ReadStages(MappingReader reader)
    {
        if (reader.Find("stages") is null)
        {
            return StreamSettings.AllStages;
        }

        HashSet<string> named = [];
        foreach (SettingNode node in reader.TextNodes("stages"))
        {
            if (!StreamSettings.AllStages.Contains(node.Text))
            {
                reader.Error(node, "stages", $"there is no stage '{node.Shown}'", Suggestion.For(node.Text, [.. StreamSettings.AllStages]));
            }

            named.Add(node.Text);
        }

        if (named.Count == 0)
        {
            reader.Error("stages", "a worker needs at least one stage", "leave the key out to run all of them");
        }

        return [.. StreamSettings.AllStages.Where(named.Contains)];
    }

    private static TimeSpan ReadTransactionTimeout(MappingReader reader, TimeSpan fallback, TimeSpan sessionTimeout)
    {
        // M1: a dead worker's transaction must end before its partitions move on, else the next owner waits for it.
        TimeSpan mostOfSession = TimeSpan.FromMilliseconds(Math.Floor(sessionTimeout.TotalMilliseconds * 0.8));
        TimeSpan within = fallback < sessionTimeout ? fallback : mostOfSession;
        TimeSpan timeout = reader.Duration("transaction_timeout", within, TimeSpan.FromMilliseconds(500), LongestTransaction);
        if (timeout >= sessionTimeout)
        {
            reader.Error(
                "transaction_timeout",
                $"must be shorter than the receiver's session_timeout, {GoDuration.Format(sessionTimeout)}",
                "leave the key out, or raise session_timeout");
        }

        return timeout;
    }

    private static int ReadReplication(MappingReader reader, int fallback)
    {
        int factor = reader.Integer("replication_factor", fallback, -1, short.MaxValue);
        if (factor == 0)
        {
            reader.Error("replication_factor", "must be -1 (the broker's default) or at least 1");
        }

        return factor;
    }
}
