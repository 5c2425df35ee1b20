using Google.Protobuf;
using OpenTelemetry.Proto.Trace.V1;
using SpanKind = OpenTelemetry.Proto.Trace.V1.Span.Types.SpanKind;

namespace StreamSpanMetrics.Demo;

/// <summary>
/// Makes traces of the shop: walks the calls of an operation, draws its own times from log-normal distributions and lays calls one after
/// the other into the time of their caller, so that a parent is always longer than what it waits for. Only a CONSUMER span runs after its
/// PRODUCER. A failed call that the caller needs fails it too. One thread.
/// </summary>
public sealed class TraceMaker
{
    private const double NetworkMedianMillis = 0.5;
    private const double QueueMedianMillis = 15;

    private readonly Random random;
    private readonly ErrorBursts bursts;
    private readonly List<MadeSpan> spans = [];
    private ByteString traceId = ByteString.Empty;
    private long newestEndNanos;

    /// <summary>Makes traces from <paramref name="random"/>, ill where <paramref name="bursts"/> strikes.</summary>
    public TraceMaker(Random random, ErrorBursts bursts)
    {
        this.random = random;
        this.bursts = bursts;
    }

    /// <summary>
    /// Makes one trace that starts with <paramref name="entrance"/> and whose last span ends at <paramref name="endUnixNanos"/>.
    /// </summary>
    /// <returns>Its spans, parents first. The list is used again by the next call.</returns>
    public IReadOnlyList<MadeSpan> Make(ShopOperation entrance, long endUnixNanos)
    {
        spans.Clear();
        newestEndNanos = 0;
        traceId = NewId(16);
        SpanKind kind = entrance.Shape == OperationShape.Internal ? SpanKind.Internal : SpanKind.Server;
        Execute(entrance, AnyPod(entrance), kind, ByteString.Empty, 0);
        ulong shift = (ulong)(endUnixNanos - newestEndNanos);
        foreach (MadeSpan made in spans)
        {
            made.Span.StartTimeUnixNano += shift;
            made.Span.EndTimeUnixNano += shift;
            foreach (Span.Types.Event happened in made.Span.Events)
            {
                happened.TimeUnixNano += shift;
            }
        }

        return spans;
    }

    // Times are nanoseconds since the start of the trace until Make moves them.
    private (long EndNanos, bool Failed) Execute(ShopOperation operation, ShopPod pod, SpanKind kind, ByteString parentId, long startNanos)
    {
        Span span = Open(operation.SpanName, kind, pod, parentId, startNanos);
        bool struck = kind is SpanKind.Server or SpanKind.Consumer && bursts.Struck == pod.Service;
        long ownNanos = DrawNanos(operation.MedianMillis * (struck ? ErrorBursts.Slowdown : 1), operation.Spread);
        long cursorNanos = startNanos + (ownNanos / 3);
        bool failed = false;
        foreach (ShopCall call in operation.Calls)
        {
            if (random.NextDouble() >= call.Probability)
            {
                continue;
            }

            (long callEndNanos, bool callFailed) = Call(call.Target, pod, span.SpanId, cursorNanos);
            cursorNanos = callEndNanos;
            if (callFailed && call.Required)
            {
                failed = true;
                break;
            }
        }

        long endNanos = cursorNanos + ownNanos - (ownNanos / 3);
        if (!failed && random.NextDouble() < (struck ? ErrorBursts.ErrorRate : operation.ErrorRate))
        {
            failed = true;
            AddException(span, operation, endNanos);
        }

        Close(span, operation, pod, endNanos, failed);
        return (endNanos, failed);
    }

    private (long EndNanos, bool Failed) Call(ShopOperation target, ShopPod caller, ByteString parentId, long startNanos)
    {
        switch (target.Shape)
        {
            case OperationShape.Database:
                return Execute(target, caller, SpanKind.Client, parentId, startNanos);
            case OperationShape.Internal:
                return Execute(target, caller, SpanKind.Internal, parentId, startNanos);
            case OperationShape.Queue:
                return Publish(target, caller, parentId, startNanos);
            default:
                Span client = Open(target.CallerSpanName, SpanKind.Client, caller, parentId, startNanos);
                long networkNanos = DrawNanos(NetworkMedianMillis, 0.4);
                (long servedNanos, bool failed) =
                    Execute(target, AnyPod(target), SpanKind.Server, client.SpanId, startNanos + (networkNanos / 2));
                Close(client, target, caller, servedNanos + networkNanos, failed);
                return (servedNanos + networkNanos, failed);
        }
    }

    private (long EndNanos, bool Failed) Publish(ShopOperation target, ShopPod caller, ByteString parentId, long startNanos)
    {
        Span producer = Open(target.CallerSpanName, SpanKind.Producer, caller, parentId, startNanos);
        long endNanos = startNanos + DrawNanos(1.2, 0.5);
        Close(producer, target, caller, endNanos, failed: false);
        Execute(target, AnyPod(target), SpanKind.Consumer, producer.SpanId, endNanos + DrawNanos(QueueMedianMillis, 0.8));
        return (endNanos, false);
    }

    private Span Open(string name, SpanKind kind, ShopPod pod, ByteString parentId, long startNanos)
    {
        Span span = new()
        {
            TraceId = traceId,
            SpanId = NewId(8),
            ParentSpanId = parentId,
            Name = name,
            Kind = kind,
            StartTimeUnixNano = (ulong)startNanos,
            Flags = 0x101,
        };
        spans.Add(new MadeSpan(pod, span));
        return span;
    }

    private void Close(Span span, ShopOperation operation, ShopPod pod, long endNanos, bool failed)
    {
        span.EndTimeUnixNano = (ulong)endNanos;
        newestEndNanos = Math.Max(newestEndNanos, endNanos);
        SpanAttributes.Add(span, operation, pod, failed, random);
        if (failed)
        {
            span.Status = new Status { Code = Status.Types.StatusCode.Error, Message = operation.ExceptionMessage };
        }
        else if (span.Kind == SpanKind.Internal)
        {
            span.Status = new Status { Code = Status.Types.StatusCode.Ok };
        }
    }

    private static void AddException(Span span, ShopOperation operation, long timeNanos)
    {
        Span.Types.Event thrown = new() { Name = "exception", TimeUnixNano = (ulong)timeNanos };
        thrown.Attributes.AddText("exception.type", operation.ExceptionType);
        thrown.Attributes.AddText("exception.message", operation.ExceptionMessage);
        thrown.Attributes.AddText("exception.stacktrace", operation.ExceptionType + ": " + operation.ExceptionMessage + "\n  at handler");
        span.Events.Add(thrown);
    }

    private ShopPod AnyPod(ShopOperation operation)
    {
        ShopService service = operation.Service
            ?? throw new ArgumentException("The operation runs in no service of its own.", nameof(operation));
        return service.Pods[random.Next(service.Pods.Count)];
    }

    private ByteString NewId(int length)
    {
        global::System.Span<byte> id = stackalloc byte[length];
        random.NextBytes(id);
        return ByteString.CopyFrom(id);
    }

    // Box and Muller's transform: the logarithm of the time is normally distributed.
    private long DrawNanos(double medianMillis, double spread)
    {
        double radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
        double normal = radius * Math.Cos(2 * Math.PI * random.NextDouble());
        return (long)(medianMillis * 1e6 * Math.Exp(spread * normal)) + 1_000;
    }
}
