namespace StreamSpanMetrics.Benchmarks.Corpora;

/// <summary>Makes trace requests of a given shape, the same ones for the same shape.</summary>
internal sealed class CorpusGenerator
{
    private const int OperationsPerService = 100;
    private const int MostServices = 1000;
    private const string ScopeName = "io.opentelemetry.instrumentation";

    // Prime, so that a service's operations come in a scattered order and all of them before one comes again.
    private const int Stride = 7919;

    private readonly CorpusShape shape;
    private readonly Random random;
    private readonly SpanMaker spans;
    private readonly byte[][] resources;
    private readonly int[] served;

    /// <summary>A generator at the start of its corpus.</summary>
    public CorpusGenerator(CorpusShape shape)
    {
        this.shape = shape;
#pragma warning disable CA5394 // A benchmark needs repeatable numbers, not secret ones.
        random = new Random(shape.Seed);
#pragma warning restore CA5394
        spans = new SpanMaker(random, shape.Descending);
        int services = Math.Clamp(shape.SpanSeries / OperationsPerService, 1, MostServices);
        resources = [.. Enumerable.Range(0, services).Select(Resource)];
        served = new int[services];
    }

    /// <summary>Trace of the last span of the request that came last; of all its spans where there is one record per trace.</summary>
    public byte[] TraceId => spans.TraceId;

    /// <summary>The requests.</summary>
    public IEnumerable<byte[]> Records()
    {
        for (int left = shape.Spans; left > 0; left -= shape.SpansPerRecord)
        {
            yield return Record(Math.Min(left, shape.SpansPerRecord));
        }
    }

    private byte[] Record(int count)
    {
        WireMessage request = new(shape.Descending);
        int parts = shape.HasManyTracesInRecord && count > 1 ? 2 : 1;
        if (!shape.HasManyTracesInRecord)
        {
            spans.BeginTrace();
        }

        for (int part = 0; part < parts; part++)
        {
            request.Message(1, ResourceSpans(random.Next(resources.Length), (count + part) / parts));
        }

        return request.ToArray();
    }

    private WireMessage ResourceSpans(int service, int count)
    {
        WireMessage scope = new(shape.Descending);
        scope.Message(1, scope.New().Text(1, ScopeName).Text(2, "2.9.0"));
        for (int index = 0; index < count; index++)
        {
            if (shape.HasManyTracesInRecord)
            {
                spans.BeginTrace();
            }

            scope.Message(2, spans.Make(NextOperation(service)));
        }

        return scope.New().Bytes(1, resources[service]).Message(2, scope);
    }

    // Operation o belongs to the service o mod services.
    private int NextOperation(int service)
    {
        int operations = ((shape.SpanSeries - service - 1) / resources.Length) + 1;
        long turn = (long)served[service]++ * Stride;
        return service + ((int)(turn % operations) * resources.Length);
    }

    private byte[] Resource(int service)
    {
        WireMessage resource = new(shape.Descending);
        (string Name, string Value)[] attributes =
        [
            ("service.name", $"service-{service}"),
            ("service.namespace", "shop"),
            ("service.version", "1.4.2"),
            ("deployment.environment.name", "production"),
            ("k8s.pod.name", $"service-{service}-6c9d8b7f54-x2x{service % 10}"),
            ("telemetry.sdk.name", "opentelemetry"),
            ("telemetry.sdk.language", "java"),
            ("telemetry.sdk.version", "1.44.1"),
        ];
        foreach ((string name, string value) in attributes)
        {
            resource.Message(1, resource.New().Text(1, name).Message(2, resource.New().Text(1, value)));
        }

        return resource.ToArray();
    }
}
