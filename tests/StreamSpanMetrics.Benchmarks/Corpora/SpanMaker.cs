namespace StreamSpanMetrics.Benchmarks.Corpora;

/// <summary>
/// Makes the spans of a corpus: about 430 bytes and ten attributes each, by turns an HTTP server, an HTTP client, an RPC and a database
/// call. What makes a series of its own is the number of the operation.
/// </summary>
internal sealed class SpanMaker(Random random, bool descending)
{
    /// <summary>Every so many'th operation fails, with an exception event: 5 % of the spans.</summary>
    public const int OneErrorIn = 20;

    // 2026-01-01T00:00:00Z: any time will do, but it has to be the same in every run.
    private const ulong FirstStartNanos = 1_767_225_600_000_000_000;
    private const ulong NanosPerMillisecond = 1_000_000;
    private const int KindServer = 2;
    private const int KindClient = 3;
    private const int StatusError = 2;
    private const double MedianMilliseconds = 40;

    private static readonly string[] Methods = ["GET", "POST", "PUT", "DELETE"];
    private static readonly string[] Tables = ["orders", "customers", "payments", "stock_items"];

    private ulong startNanos = FirstStartNanos;

    /// <summary>Trace that the next spans belong to.</summary>
    public byte[] TraceId { get; private set; } = [];

    /// <summary>Begins another trace.</summary>
    public void BeginTrace() => TraceId = RandomBytes(16);

    /// <summary>A span of an operation.</summary>
    public WireMessage Make(int operation)
    {
        bool fails = operation % OneErrorIn == OneErrorIn - 1;
        startNanos += (ulong)random.Next(20_000);
        ulong duration = (ulong)(MedianMilliseconds * Math.Exp((random.NextDouble() - 0.5) * 6) * NanosPerMillisecond);
        WireMessage span = new WireMessage(descending).Bytes(1, TraceId).Bytes(2, RandomBytes(8)).Bytes(4, RandomBytes(8));
        _ = (operation % 4) switch
        {
            0 => HttpServer(span, operation, duration, fails),
            1 => HttpClient(span, operation, duration, fails),
            2 => Rpc(span, operation, duration, fails),
            _ => Database(span, operation, duration),
        };
        if (fails)
        {
            span.Message(11, ExceptionEvent(startNanos + duration));
        }

        return span.Message(15, fails ? span.New().Number(3, StatusError) : span.New());
    }

    private WireMessage HttpServer(WireMessage span, int operation, ulong duration, bool fails)
    {
        string method = Methods[operation / 4 % Methods.Length];
        string route = $"/api/v1/{Tables[operation / 16 % Tables.Length]}/{{id}}/action-{operation}";
        Begin(span, $"{method} {route}", KindServer, duration);
        Attribute(span, "http.method", method);
        Attribute(span, "http.route", route);
        Attribute(span, "http.scheme", "https");
        Attribute(span, "http.status_code", fails ? 500 : 200);
        Attribute(span, "net.host.name", "shop.example.com");
        Attribute(span, "net.host.port", 8443);
        Attribute(span, "net.sock.peer.addr", $"10.42.{random.Next(256)}.{random.Next(256)}");
        Attribute(span, "user_agent.original", "curl/8.5.0");
        Attribute(span, "http.flavor", "1.1");
        return Attribute(span, "thread.id", random.Next(20, 90));
    }

    private WireMessage HttpClient(WireMessage span, int operation, ulong duration, bool fails)
    {
        string method = Methods[operation / 4 % Methods.Length];
        Begin(span, $"{method} partner-{operation}", KindClient, duration);
        Attribute(span, "http.method", method);
        Attribute(span, "http.url", $"https://partner.example.com/v2/resource-{operation}?page={random.Next(100)}");
        Attribute(span, "http.status_code", fails ? 503 : 200);
        Attribute(span, "net.peer.name", "partner.example.com");
        Attribute(span, "net.peer.port", 443);
        Attribute(span, "http.request.body.size", random.Next(5000));
        Attribute(span, "http.response.body.size", random.Next(90_000));
        Attribute(span, "http.resend_count", random.Next(3));
        Attribute(span, "network.protocol.version", "1.1");
        return Attribute(span, "thread.name", "http-client-worker-" + random.Next(10, 40));
    }

    private WireMessage Rpc(WireMessage span, int operation, ulong duration, bool fails)
    {
        Begin(span, $"shop.v1.Inventory/Reserve{operation}", operation / 4 % 2 == 0 ? KindServer : KindClient, duration);
        Attribute(span, "rpc.system", "grpc");
        Attribute(span, "rpc.service", "shop.v1.Inventory");
        Attribute(span, "rpc.method", $"Reserve{operation}");
        Attribute(span, "rpc.grpc.status_code", fails ? 13 : 0);
        Attribute(span, "net.peer.name", "inventory.shop.svc.cluster.local");
        Attribute(span, "net.peer.port", 50051);
        Attribute(span, "net.sock.peer.addr", $"10.42.{random.Next(256)}.{random.Next(256)}");
        Attribute(span, "message.uncompressed_size", random.Next(5000));
        Attribute(span, "thread.id", random.Next(20, 90));
        return Attribute(span, "thread.name", "grpc-default-executor-" + random.Next(10, 40));
    }

    private WireMessage Database(WireMessage span, int operation, ulong duration)
    {
        string table = Tables[operation / 4 % Tables.Length];
        Begin(span, $"SELECT {table}.statement_{operation}", KindClient, duration);
        Attribute(span, "db.system", "postgresql");
        Attribute(span, "db.name", "shop");
        Attribute(span, "db.operation", "SELECT");
        Attribute(span, "db.sql.table", table);
        Attribute(span, "db.statement", $"SELECT id, state FROM {table} WHERE customer = $1 AND part = {operation}");
        Attribute(span, "db.user", "shop_rw");
        Attribute(span, "net.peer.name", "postgres-primary.shop.svc");
        Attribute(span, "net.peer.port", 5432);
        Attribute(span, "db.rows", random.Next(200));
        return Attribute(span, "thread.id", random.Next(20, 90));
    }

    private WireMessage ExceptionEvent(ulong timeNanos)
    {
        WireMessage entry = new WireMessage(descending).Fixed64(1, timeNanos).Text(2, "exception");
        entry.Message(3, KeyValue(entry, "exception.type", entry.New().Text(1, "java.net.SocketTimeoutException")));
        return entry.Message(3, KeyValue(entry, "exception.message", entry.New().Text(1, "Read timed out")));
    }

    private void Begin(WireMessage span, string name, int kind, ulong duration) =>
        span.Text(5, name).Number(6, (ulong)kind).Fixed64(7, startNanos).Fixed64(8, startNanos + duration);

    private static WireMessage Attribute(WireMessage span, string name, string value) =>
        span.Message(9, KeyValue(span, name, span.New().Text(1, value)));

    private static WireMessage Attribute(WireMessage span, string name, int value) =>
        span.Message(9, KeyValue(span, name, span.New().Number(3, (ulong)value)));

    private static WireMessage KeyValue(WireMessage like, string name, WireMessage value) => like.New().Text(1, name).Message(2, value);

    private byte[] RandomBytes(int length)
    {
        byte[] bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }
}
