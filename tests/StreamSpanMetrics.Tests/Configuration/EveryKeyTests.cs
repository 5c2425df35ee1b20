using System.Text.Json;
using StreamSpanMetrics.Configuration;
using StreamSpanMetrics.Core.Histograms;
using StreamSpanMetrics.Core.Prometheus;
using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.Core.Spans;
using StreamSpanMetrics.Tests.Support;

namespace StreamSpanMetrics.Tests.Configuration;

/// <summary>Every key reaches its setting, and every setting has a key.</summary>
public sealed class EveryKeyTests
{
    private static readonly string[] WithoutKey =
    [
        // Those of the other connector: CountTests.
        "$.Connector.Counts", "$.Connector.IsCount",

        // Exclude convert_explicit_histograms_to_nhcb, which the file has: ConnectorRulesTests reads them.
        "$.Connector.ExponentialMaxSize", "$.Connector.KeepsExplicitBuckets", "$.Connector.HasExplicitBuckets",

        // Excludes remote write, which the file has: EmissionTests reads it.
        "$.Connector.IsDelta",

        // Files instead of texts, the highest version that there is, and the other authenticator: SecurityTests.
        "$.RemoteWrite.Tls.CaFile", "$.RemoteWrite.Tls.CertificateFile", "$.RemoteWrite.Tls.KeyFile", "$.RemoteWrite.Tls.MaxVersion",
        "$.RemoteWrite.BearerToken",

        // Built by RulesBuilder from the other sections, not read for the exporter.
        "$.RemoteWrite.Rules.Profiles",
        "$.RemoteWrite.Rules.PointNamespace",
        "$.RemoteWrite.Rules.IdentityLabels",

        // Where the file stands, not what it says.
        "$.File",
    ];

    private static readonly (string Name, string Value)[] Environment =
    [
        ("TENANT", "shop-1"),
        ("TOKEN", "secret"),
        ("CA_PEM", TestCertificates.AuthorityPem),
        ("CERT_PEM", TestCertificates.Client.CertificatePem),
        ("KAFKA_TLS_KEY_PEM", TestCertificates.Client.KeyPem),
        ("REMOTE_WRITE_TLS_KEY_PEM", TestCertificates.Client.KeyPem),
        ("KAFKA_SASL_PASSWORD", "pencil"),
        ("REMOTE_WRITE_PASSWORD", "rubber"),
    ];

    [Fact]
    public void Every_key_is_read_back()
    {
        ProcessorSettings settings = SettingsFiles.Settings(SettingsFiles.Read("every-key.yaml"), Environment);

        Assert.Equal(SettingsFiles.Json(Expected()), SettingsFiles.Json(settings));
    }

    [Fact]
    public void The_file_leaves_no_setting_at_its_default()
    {
        ProcessorSettings settings = SettingsFiles.Settings(SettingsFiles.Read("every-key.yaml"), Environment);
        ProcessorSettings defaults = new() { RemoteWrite = new RemoteWriteSettings { Endpoint = new Uri("http://default") } };

        List<string> same = [];
        CollectSame("$", JsonSerializer.SerializeToElement(settings), JsonSerializer.SerializeToElement(defaults), same);

        Assert.Equal(WithoutKey, same);
    }

    [Fact]
    public void The_file_has_no_problem()
    {
        Assert.Empty(SettingsFiles.Load(SettingsFiles.Read("every-key.yaml"), Environment).Problems);
    }

    [Fact]
    public void A_minimal_file_gives_the_defaults()
    {
        ConfigurationResult result = SettingsFiles.Load("connectors: {span_metrics: }");

        Assert.Equal(SettingsFiles.Json(new ProcessorSettings()), SettingsFiles.Json(result.Settings));
        ConfigurationProblem warning = Assert.Single(result.Problems);
        Assert.Equal(ProblemSeverity.Warning, warning.Severity);
        Assert.Contains("no Kafka receiver", warning.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Remote_write_has_the_defaults_of_the_exporter()
    {
        ProcessorSettings settings = SettingsFiles.Settings(
            "connectors: {span_metrics: }\nexporters: {prometheus_remote_write: {endpoint: http://p/api/v1/write}}");

        RemoteWriteSettings expected = new() { Endpoint = new Uri("http://p/api/v1/write") };
        Assert.Equal(SettingsFiles.Json(expected), SettingsFiles.Json(settings.RemoteWrite));
    }

    private static ProcessorSettings Expected() => new()
    {
        Source = new SpanSourceSettings
        {
            Kafka = new KafkaClientSettings
            {
                Brokers = ["a:9092", "b:9093"],
                ClientId = "me",
                RackId = "zone-1",
                Tls = ExpectedTls(),
                Sasl = new SaslSettings(SaslMechanism.ScramSha512, "reader", new Secret("pencil")),
            },
            Topic = "spans",
            Encoding = SpanEncoding.OtlpJson,
            InitialOffset = InitialOffset.Latest,
            GroupInstanceId = "worker-0",
            SessionTimeout = TimeSpan.FromSeconds(45),
            HeartbeatInterval = TimeSpan.FromSeconds(15),
        },
        Connector = ExpectedConnector(),
        MetricsTopic = new MetricsTopicSettings { Topic = "metrics", Compression = "zstd" },
        RemoteWrite = ExpectedRemoteWrite(),
        Stream = ExpectedStream(),
    };

    private static ConnectorSettings ExpectedConnector() => new()
    {
        Namespace = "red",
        HistogramDisabled = true,
        HistogramUnit = DurationUnit.Seconds,
        BucketsNanos = [100_000, 1_000_000, 1_500_000_000, 90_000_000_000],
        HistogramDimensions = [new DimensionRule("http.route")],
        Dimensions =
        [
            new DimensionRule("http.method", "GET"), new DimensionRule("code", "200") { Aliases = ["status", "a, b"] },
            new DimensionRule("") { Glob = "app.{a,b}.*" },
        ],
        CallsDimensions = [new DimensionRule("caller", "")],
        ExcludeDimensions = ["span.kind", "otel.status_code"],
        SamplingMethodEnabled = true,
        IncludeInstrumentationScope = ["express", "a, b"],
        ResourceMetricsKeyAttributes = ["service.name", "k8s.cluster.name"],
        EventsEnabled = true,
        EventsDimensions = [new DimensionRule("exception.type", "none")],
        ExemplarsEnabled = true,
        ExemplarsMaxPerDataPoint = 7,
        MetricsFlushInterval = TimeSpan.FromMinutes(1),
        SeriesExpiration = TimeSpan.FromHours(2),
        SeriesLimit = 90,
        MetricsExpiration = TimeSpan.FromHours(3),
        AddResourceAttributes = true,
    };

    private static RemoteWriteSettings ExpectedRemoteWrite() => new()
    {
        Endpoint = new Uri("https://mimir.example:8443/api/v1/push?x=y"),
        Timeout = TimeSpan.FromMilliseconds(2500),
        Headers = new Dictionary<string, string> { ["X-Scope-OrgID"] = "shop-1", ["X-Token"] = "Bearer secret" },
        Tls = ExpectedTls() with { ServerName = "mimir.internal", MinVersion = TlsVersion.Tls13 },
        BasicAuth = new BasicAuthSettings { UserName = "12345", Password = new Secret("rubber") },
        RetryInitialInterval = TimeSpan.FromSeconds(1),
        RetryMaxInterval = TimeSpan.FromMinutes(1),
        Message = RemoteWriteMessage.Version2,
        MaxBatchBytes = 1_000_000,
        Rules = new PrometheusRules
        {
            Namespace = "shop",
            ExternalLabels = new Dictionary<string, string> { ["cluster"] = "c$1", ["zone"] = "true" },
            Translation = TranslationStrategy.UnderscoreEscapingWithoutSuffixes,
            ResourceAttributesAsLabels = true,
            TargetInfoEnabled = false,
            DisableScopeInfo = true,
            ExplicitAsCustomBuckets = true,
                KeepsClassicHistograms = true,
                SendMetadata = true,
        },
    };

    private static TlsSettings ExpectedTls() => new()
    {
        CaPem = TestCertificates.AuthorityPem,
        IncludeSystemAuthorities = true,
        CertificatePem = TestCertificates.Client.CertificatePem,
        KeyPem = new Secret(TestCertificates.Client.KeyPem),
        InsecureSkipVerify = true,
    };

    private static StreamSettings ExpectedStream() => new()
    {
        ApplicationId = "red-2",
        Predecessor = "span-red-1",
        InstanceId = "worker-0",
        Stages = ["aggregate", "export"],
        AggregateThreads = 2,
        MergeThreads = 3,
        ExportThreads = 4,
        Shards = 16,
        CommitInterval = TimeSpan.FromMilliseconds(500),
        TransactionTimeout = TimeSpan.FromSeconds(20),
        GroupProtocol = GroupProtocol.Consumer,
        ClosePolicy = ClosePolicy.Strict,
        BoundedAfter = TimeSpan.FromMinutes(10),
        MaxAhead = TimeSpan.Zero,
        MaxSkewSteps = 40,
        BreakerRecords = 7,
        BreakerPause = TimeSpan.FromMinutes(2),
        EmitsChanged = true,
        ActiveFor = TimeSpan.FromMinutes(2),
        Heartbeat = TimeSpan.FromSeconds(90),
        DropMissingServiceName = true,
        MaxLabelBytes = 200,
        LabelLimit = 70,
        Presets = [DimensionPreset.Http, DimensionPreset.Messaging],
        Naming = [NamingProfile.Legacy, NamingProfile.Tempo],
        FeatureGates = [FeatureGate.LegacyMetricNames, FeatureGate.UseOtelStatusPrefix, FeatureGate.ExcludeResourceMetrics],
        Filter = ExpectedFilter(),
        OnDataLoss = DataLossPolicy.Stop,
        MaxRecordBytes = 1 << 20,
        ReplicationFactor = 3,
        SourcePartitions = 12,
        Telemetry = new TelemetrySettings { IsEnabled = false, Host = "127.0.0.1", Port = 9465, ReadyLag = TimeSpan.FromMinutes(2) },
    };

    private static SpanFilterRules ExpectedFilter() => new()
    {
        Include =
        [
            new SpanFilterRule { Kinds = [2, 5], Statuses = [2] },
            new SpanFilterRule
            {
                Name = new TextCondition { Regex = "^(GET|POST) .*[$]$" },
                ServiceName = new TextCondition { Texts = ["shop", "a, b"] },
                Attributes =
                [
                    new("http.route", new TextCondition { Texts = ["/a", "/b"] }),
                    new("http.response.status_code", new TextCondition { Texts = ["200"] }),
                    new("a: b", new TextCondition { Regex = @"^\d+$" }),
                ],
                ResourceAttributes = [new("k8s.namespace.name", new TextCondition { Texts = ["prod"] })],
            },
        ],
        Exclude = [new SpanFilterRule { Kinds = [1, 3] }],
    };

    private static void CollectSame(string path, JsonElement left, JsonElement right, List<string> same)
    {
        bool isRecord = left.ValueKind == JsonValueKind.Object && right.ValueKind == JsonValueKind.Object
            && left.EnumerateObject().Any() && right.EnumerateObject().Any();
        if (!isRecord)
        {
            if (left.GetRawText() == right.GetRawText())
            {
                same.Add(path);
            }

            return;
        }

        foreach (JsonProperty property in left.EnumerateObject())
        {
            CollectSame(path + "." + property.Name, property.Value, right.GetProperty(property.Name), same);
        }
    }
}
