using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Trace.V1;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Trace.V1;
using StreamSpanMetrics.Core.Deltas;
using StreamSpanMetrics.Core.Otlp;
using StreamSpanMetrics.Core.Spans;
using StreamSpanMetrics.Core.Tests.Support;

namespace StreamSpanMetrics.Core.Tests.Spans;

/// <summary>Instrumentation scopes as dimensions.</summary>
public sealed class ScopeTests
{
    private const byte ScopeTag = 0x0A;
    private const byte SpansTag = 0x12;

    private static readonly SpanRules Rules = new()
    {
        IncludeServiceName = false,
        IncludeSpanKind = false,
        IncludeStatusCode = false,
        InstrumentationScopes = ["express", "日本"],
    };

    [Theory]
    [InlineData("express", "1.0.0", "String:express", "String:1.0.0")]
    [InlineData("express", "", "String:express", "Absent:")]
    [InlineData("日本", "1", "String:日本", "String:1")]
    [InlineData("", "1.0.0", "Absent:", "Absent:")]
    [InlineData("Express", "1.0.0", "Absent:", "Absent:")]
    [InlineData("express2", "1.0.0", "Absent:", "Absent:")]
    public void Only_a_listed_scope_gives_name_and_version(string name, string version, string expectedName, string expectedVersion)
    {
        Assert.Equal(
            [Line(expectedName, expectedVersion)],
            Folded.Series(Rules, Request(new ScopeSpans
            {
                Scope = new InstrumentationScope { Name = name, Version = version },
                Spans = { Traces.Span("a") },
            })));
    }

    [Fact]
    public void A_scope_holds_for_its_own_spans()
    {
        InstrumentationScope express = new() { Name = "express", Version = "2" };
        Assert.Equal(
            [Line("String:express", "String:2"), Line("Absent:", "Absent:"), Line("String:express", "String:2")],
            Folded.Series(Rules, Request(
                new ScopeSpans { Scope = express, Spans = { Traces.Span("a") } },
                new ScopeSpans { Spans = { Traces.Span("a") } },
                new ScopeSpans { Scope = express, Spans = { Traces.Span("a") } })));
    }

    [Fact]
    public void Place_and_parts_of_the_scope_do_not_matter()
    {
        byte[] span = Field(SpansTag, Traces.Span("a").ToByteArray());
        byte[] name = Field(ScopeTag, new InstrumentationScope { Name = "express" }.ToByteArray());
        byte[] version = Field(ScopeTag, new InstrumentationScope { Version = "2" }.ToByteArray());
        byte[] other = Field(ScopeTag, new InstrumentationScope { Name = "other", Version = "1" }.ToByteArray());
        byte[][] forms = [[.. name, .. version, .. span], [.. span, .. version, .. name], [.. other, .. span, .. version, .. name]];
        foreach (byte[] scopeSpans in forms)
        {
            Assert.Equal([Line("String:express", "String:2")], Folded.Series(Rules, Field(ScopeTag, Field(SpansTag, scopeSpans))));
        }
    }

    [Fact]
    public void A_broken_scope_makes_the_record_undecodable_where_it_is_looked_into()
    {
        byte[] span = Field(SpansTag, Traces.Span("a").ToByteArray());
        byte[] broken = Field(ScopeTag, Field(SpansTag, [.. Field(ScopeTag, [0x0A, 0x05, 0x61]), .. span]));
        DecodeProblem problem = new RecordFolder(Rules).Fold(broken);
        Assert.True(problem.Exists);
        Assert.InRange(problem.Position, 6, 8);
        Assert.False(new RecordFolder(Rules with { InstrumentationScopes = [] }).Fold(broken).Exists);
    }

    private static string Line(string name, string version) =>
        $"Spans span.name=String:a span.instrumentation.scope.name={name} span.instrumentation.scope.version={version}";

    private static byte[] Request(params ScopeSpans[] scopes) =>
        new ExportTraceServiceRequest { ResourceSpans = { new ResourceSpans { ScopeSpans = { scopes } } } }.ToByteArray();

    /// <summary>A field of fewer than 128 bytes.</summary>
    private static byte[] Field(byte tag, byte[] content) => [tag, checked((byte)content.Length), .. content];
}
