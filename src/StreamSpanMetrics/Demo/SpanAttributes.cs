using System.Globalization;
using Google.Protobuf.Collections;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Trace.V1;

namespace StreamSpanMetrics.Demo;

/// <summary>
/// Attributes of the demo's spans, about ten each, under the stable or the older names of OpenTelemetry's semantic conventions (its
/// registry, folders http, rpc, database, messaging, code), depending on the service.
/// </summary>
public static class SpanAttributes
{
    private static readonly string[] tiers = ["free", "plus", "business"];

    /// <summary>Adds the attributes of a finished span.</summary>
    /// <param name="span">Takes them; its kind is set.</param>
    /// <param name="operation">What the span executes, or calls if it is of kind CLIENT or PRODUCER.</param>
    /// <param name="pod">Where the span was made.</param>
    /// <param name="failed">Whether it ends in an error.</param>
    /// <param name="random">Source of values that differ from span to span.</param>
    public static void Add(Span span, ShopOperation operation, ShopPod pod, bool failed, Random random)
    {
        RepeatedField<KeyValue> attributes = span.Attributes;
        switch (operation.Shape)
        {
            case OperationShape.Http:
                AddHttp(attributes, span.Kind, operation, pod.Service.StableConventions, failed, random);
                break;
            case OperationShape.Rpc:
                AddRpc(attributes, operation, pod.Service.StableConventions, failed, random);
                break;
            case OperationShape.Database:
                AddDatabase(attributes, operation, pod.Service.StableConventions, random);
                break;
            case OperationShape.Queue:
                AddQueue(attributes, span.Kind, operation, pod, random);
                break;
            default:
                AddInternal(attributes, operation, random);
                break;
        }

        attributes.AddText("app.user.tier", tiers[random.Next(tiers.Length)]);
        attributes.AddTruth("app.canary", random.Next(20) == 0);
        if (failed)
        {
            attributes.AddText("error.type", operation.ExceptionType);
        }
    }

    private static void AddHttp(
        RepeatedField<KeyValue> attributes, Span.Types.SpanKind kind, ShopOperation operation, bool stable, bool failed, Random random)
    {
        bool server = kind == Span.Types.SpanKind.Server;
        string path = operation.Subject.Replace("{id}", Number(random, 5000), StringComparison.Ordinal)
            .Replace("{sku}", "sku-" + Number(random, 900), StringComparison.Ordinal);
        string host = operation.Service!.Name + ".shop.svc";
        int status = failed ? 503 : operation.Verb == "POST" ? 201 : 200;
        attributes.AddText(stable ? "http.request.method" : "http.method", operation.Verb);
        attributes.AddWhole(stable ? "http.response.status_code" : "http.status_code", status);
        attributes.AddText(stable ? "network.protocol.version" : "http.flavor", "1.1");
        if (server)
        {
            attributes.AddText("http.route", operation.Subject);
            attributes.AddText(stable ? "url.path" : "http.target", path);
            attributes.AddText(stable ? "url.scheme" : "http.scheme", "http");
            attributes.AddText(stable ? "user_agent.original" : "http.user_agent", "Mozilla/5.0 (X11; Linux x86_64)");
            attributes.AddText(stable ? "client.address" : "net.sock.peer.addr", "10.4." + Number(random, 250) + "." + Number(random, 250));
            return;
        }

        attributes.AddText(stable ? "url.full" : "http.url", "http://" + host + ":8080" + path);
        attributes.AddText(stable ? "server.address" : "net.peer.name", host);
        attributes.AddWhole(stable ? "server.port" : "net.peer.port", 8080);
        attributes.AddWhole("http.response.body.size", random.Next(90, 20_000));
        attributes.AddTruth("http.connection.reused", random.Next(10) != 0);
    }

    private static void AddRpc(RepeatedField<KeyValue> attributes, ShopOperation operation, bool stable, bool failed, Random random)
    {
        attributes.AddText("rpc.system", "grpc");
        attributes.AddText("rpc.service", operation.Subject);
        attributes.AddText("rpc.method", operation.Verb);
        attributes.AddWhole("rpc.grpc.status_code", failed ? 14 : 0);
        attributes.AddText(stable ? "server.address" : "net.peer.name", operation.Service!.Name + ".shop.svc");
        attributes.AddWhole(stable ? "server.port" : "net.peer.port", 9090);
        attributes.AddText(stable ? "network.transport" : "net.transport", stable ? "tcp" : "ip_tcp");
        attributes.AddWhole("rpc.message.uncompressed_size", random.Next(20, 4_000));
    }

    private static void AddDatabase(RepeatedField<KeyValue> attributes, ShopOperation operation, bool stable, Random random)
    {
        bool cache = operation.System == "redis";
        attributes.AddText(stable ? "db.system.name" : "db.system", operation.System);
        attributes.AddText(stable ? "db.operation.name" : "db.operation", operation.Verb);
        attributes.AddText(stable ? "db.namespace" : "db.name", cache ? "0" : "shop");
        if (!cache)
        {
            attributes.AddText(stable ? "db.collection.name" : "db.sql.table", operation.Subject);
        }

        string text = cache ? operation.Verb + " item:?" : operation.Verb + " ... " + operation.Subject + " WHERE id = $1";
        attributes.AddText(stable ? "db.query.text" : "db.statement", text);
        attributes.AddText(stable ? "server.address" : "net.peer.name", operation.System + ".shop.svc");
        attributes.AddWhole(stable ? "server.port" : "net.peer.port", cache ? 6379 : 5432);
        attributes.AddWhole("db.response.returned_rows", random.Next(40));
    }

    private static void AddQueue(
        RepeatedField<KeyValue> attributes, Span.Types.SpanKind kind, ShopOperation operation, ShopPod pod, Random random)
    {
        bool consumer = kind == Span.Types.SpanKind.Consumer;
        attributes.AddText("messaging.system", operation.System);
        attributes.AddText("messaging.destination.name", operation.Subject);
        attributes.AddText("messaging.operation.type", consumer ? "process" : "send");
        attributes.AddText("messaging.operation.name", consumer ? operation.Verb : "publish");
        attributes.AddText("messaging.client.id", pod.Name);
        attributes.AddText("messaging.destination.partition.id", Number(random, 6));
        attributes.AddWhole("messaging.message.body.size", random.Next(300, 3_000));
        attributes.AddText("server.address", "kafka.shop.svc");
        if (consumer)
        {
            attributes.AddText("messaging.consumer.group.name", pod.Service.Name);
        }
    }

    private static void AddInternal(RepeatedField<KeyValue> attributes, ShopOperation operation, Random random)
    {
        attributes.AddText("code.function.name", operation.Subject.Replace(' ', '_'));
        attributes.AddText("code.file.path", "src/" + operation.Subject.Split(' ')[^1]);
        attributes.AddWhole("code.line.number", 10 + (operation.Subject.Length * 7));
        attributes.AddWhole("thread.id", random.Next(1, 64));
        attributes.AddText("thread.name", "worker-" + Number(random, 16));
        attributes.AddWhole("app.items", random.Next(1, 50));
        attributes.AddTruth("app.cached", random.Next(3) == 0);
    }

    private static string Number(Random random, int below) => random.Next(below).ToString(CultureInfo.InvariantCulture);
}
