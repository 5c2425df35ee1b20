using OpenTelemetry.Proto.Common.V1;
using StreamSpanMetrics.Core.Deltas;
using StreamSpanMetrics.Core.Otlp;
using StreamSpanMetrics.Core.Spans;
using StreamSpanMetrics.Core.Tests.Support;

namespace StreamSpanMetrics.Core.Tests.Spans;

/// <summary>What a resource means: its job, its identity, its descriptive attributes.</summary>
public sealed class ResourceTests
{
    private static readonly AnyValue ArrayOfA = new() { ArrayValue = new ArrayValue { Values = { new AnyValue { StringValue = "a" } } } };

    [Fact]
    public void A_string_names_the_job_and_is_the_dimension()
    {
        (RecordFolder folder, ResourceEntry entry) = Read(new SpanRules(), Traces.Text("service.name", "shop"));
        Assert.Equal("/shop{service.name=String:shop}", Group(folder, entry));
        Assert.Equal(new ResourceAttribute("service.name", TextKind.String, "shop"), entry.ServiceNameDimension);
        Assert.False(entry.MissesServiceName);
    }

    [Fact]
    public void A_missing_name_is_the_unknown_service()
    {
        (RecordFolder folder, ResourceEntry entry) = Read(new SpanRules(), Traces.Text("host.name", "h1"));
        Assert.Equal("/unknown_service{service.name=String:unknown_service}", Group(folder, entry));
        Assert.Equal("unknown_service", entry.ServiceNameDimension.Text);
        Assert.True(entry.MissesServiceName);
        Assert.Equal(1, folder.Staged.UnknownService);
    }

    [Fact]
    public void A_missing_name_drops_the_spans_if_the_settings_say_so()
    {
        RecordFolder folder = new(new SpanRules { DropMissingServiceName = true });
        byte[] record = Traces.Request(
            ([Traces.Text("host.name", "h1")], [Traces.Span("a"), Traces.Span("b")]),
            ([Traces.Text("service.name", "")], [Traces.Span("c")]));
        Assert.Equal(
            ["Spans service.name=Absent: span.name=String:c span.kind=String:SPAN_KIND_SERVER status.code=String:STATUS_CODE_UNSET"],
            Folded.Series(folder, record));
        Assert.Equal((1, 2, 0), (folder.Staged.Spans, folder.Staged.DroppedMissingServiceName, folder.Staged.UnknownService));
    }

    [Fact]
    public void An_empty_or_unset_name_is_not_a_missing_one()
    {
        foreach (AnyValue? value in (AnyValue?[])[null, new AnyValue(), new AnyValue { StringValue = "" }])
        {
            (RecordFolder folder, ResourceEntry entry) = Read(new SpanRules(), Traces.Attribute("service.name", value));
            Assert.Equal("/{}", Group(folder, entry));
            Assert.Equal(TextKind.Absent, entry.ServiceNameDimension.Kind);
            Assert.False(entry.MissesServiceName);
        }
    }

    [Fact]
    public void A_name_that_is_no_string_names_the_job_but_is_no_dimension()
    {
        (RecordFolder folder, ResourceEntry entry) = Read(
            new SpanRules(), Traces.Attribute("service.name", new AnyValue { IntValue = 42 }));
        Assert.Equal("/42{service.name=Int:42}", Group(folder, entry));
        Assert.Equal(TextKind.Absent, entry.ServiceNameDimension.Kind);
        (folder, entry) = Read(new SpanRules(), Traces.Attribute("service.name", ArrayOfA));
        Assert.Equal("/[\"a\"]{service.name=String:[\"a\"]}", Group(folder, entry));
        Assert.Equal(TextKind.Absent, entry.ServiceNameDimension.Kind);
    }

    [Fact]
    public void An_array_and_a_string_of_the_same_text_share_the_job_but_not_the_series()
    {
        RecordFolder folder = new(new SpanRules { IncludeSpanKind = false, IncludeStatusCode = false });
        byte[] record = Traces.Request(
            ([Traces.Attribute("service.name", ArrayOfA)], [Traces.Span("x")]),
            ([Traces.Text("service.name", "[\"a\"]")], [Traces.Span("x")]));
        Assert.Equal(
            ["Spans service.name=Absent: span.name=String:x", "Spans service.name=String:[\"a\"] span.name=String:x"],
            Folded.Series(folder, record));
        Assert.Equal(1, folder.Resources.GroupCount);
    }

    [Fact]
    public void The_default_identity_is_namespace_name_and_environment()
    {
        (RecordFolder folder, ResourceEntry entry) = Read(
            new SpanRules(), Traces.Text("service.name", "shop"), Traces.Text("service.namespace", "web"),
            Traces.Text("pod", "p1"), Traces.Text("deployment.environment.name", "prod"), Traces.Text("deployment.environment", "older"),
            Traces.Text("empty", ""));
        Assert.Equal(
            "web/shop{deployment.environment.name=String:prod,service.name=String:shop,service.namespace=String:web}",
            Group(folder, entry));
        Assert.Equal(["deployment.environment=String:older", "pod=String:p1"], entry.Descriptive.Select(RenderedKeyText.Attribute));
    }

    [Fact]
    public void The_older_name_of_the_environment_stands_in_for_the_newer()
    {
        (RecordFolder folder, ResourceEntry entry) = Read(
            new SpanRules(), Traces.Text("deployment.environment", "prod"), Traces.Text("service.name", "shop"));
        Assert.Equal("/shop{deployment.environment.name=String:prod,service.name=String:shop}", Group(folder, entry));
        Assert.Empty(entry.Descriptive);
    }

    [Fact]
    public void A_list_is_the_identity_as_it_stands()
    {
        (RecordFolder folder, ResourceEntry entry) = Read(
            new SpanRules { IdentityAttributes = ["pod", "service.name", "absent", "pod"] },
            Traces.Text("service.name", "shop"), Traces.Text("pod", "p1"), Traces.Text("deployment.environment", "prod"));
        Assert.Equal("/shop{pod=String:p1,service.name=String:shop}", Group(folder, entry));
        Assert.Equal(["deployment.environment=String:prod"], entry.Descriptive.Select(RenderedKeyText.Attribute));
    }

    [Fact]
    public void A_star_makes_all_attributes_identity()
    {
        (RecordFolder folder, ResourceEntry entry) = Read(
            new SpanRules { IdentityAttributes = ["*"] },
            Traces.Text("z", "1"), Traces.Text("service.name", "shop"), Traces.Text("a", "2"), Traces.Text("none", ""),
            Traces.Text("a", "3"));
        Assert.Equal("/shop{a=String:2,service.name=String:shop,z=String:1}", Group(folder, entry));
        Assert.Empty(entry.Descriptive);
    }

    [Fact]
    public void Resources_that_differ_in_descriptive_attributes_share_their_series()
    {
        RecordFolder folder = new(new SpanRules());
        byte[] record = Traces.Request(
            ([Traces.Text("service.name", "shop"), Traces.Text("pod", "p1")], [Traces.Span("a")]),
            ([Traces.Text("pod", "p2"), Traces.Text("service.name", "shop")], [Traces.Span("a")]),
            ([Traces.Text("service.name", "shop"), Traces.Text("deployment.environment", "test")], [Traces.Span("a")]));
        Assert.Equal(DecodeProblem.None, folder.Fold(record));
        Assert.Equal([0, 0, 1], folder.Staged.TimedSeries.ToArray());
        Assert.Equal([0, 1, 2], folder.Staged.Resources.ToArray());
        Assert.Equal((3, 2), (folder.Resources.Count, folder.Resources.GroupCount));
        Assert.Equal((0, 1), (folder.Series.GroupIndex(0), folder.Series.GroupIndex(1)));
    }

    [Fact]
    public void Only_so_many_descriptive_attributes_are_kept()
    {
        KeyValue[] attributes = [.. Enumerable.Range(0, 200).Select(index => Traces.Text($"a{index:D3}", "v"))];
        (_, ResourceEntry entry) = Read(new SpanRules(), attributes);
        IEnumerable<string> kept = attributes.Take(SpanRules.MaxResourceAttributes).Select(attribute => attribute.Key);
        Assert.Equal(kept, entry.Descriptive.Select(attribute => attribute.Name));
    }

    [Fact]
    public void The_hash_of_a_job_never_changes_and_tells_namespace_from_name()
    {
        // Shards depend on it: another value needs another semantics number.
        ResourceGroup group = new(
            new("service.namespace", TextKind.String, "a"), new("service.name", TextKind.String, "bc"), []);
        Assert.Equal(JobHashing.Of("a", "bc"), group.JobHash);
        Assert.NotEqual(JobHashing.Of("ab", "c"), JobHashing.Of("a", "bc"));
        Assert.Equal(10_722_668_612_030_177_558UL, JobHashing.Of("web", "shop"));
    }

    [Fact]
    public void A_cleared_table_knows_nothing()
    {
        RecordFolder folder = new(new SpanRules());
        byte[] record = Traces.Request([Traces.Text("service.name", "shop")], Traces.Span("a"));
        List<string> before = Folded.Series(folder, record);
        Assert.True(folder.Resources.TotalBytes > 0);
        folder.ClearTables();
        Assert.Equal((0, 0, 0), (folder.Series.Count, folder.Resources.Count, folder.Resources.GroupCount));
        Assert.Equal(0, folder.Resources.TotalBytes);
        Assert.Equal(before, Folded.Series(folder, record));
        Assert.Equal((1, 1, 1), (folder.Series.Count, folder.Resources.Count, folder.Resources.GroupCount));
    }

    [Fact]
    public void Resources_that_differ_in_any_one_byte_are_found_again_as_themselves()
    {
        const string Common = "checkout-6c9d8b7f54-x2x7k.shop.svc.cluster.local.";
        RecordFolder folder = new(new SpanRules());
        for (int round = 0; round < 3; round++)
        {
            for (int index = 0; index < 1_000; index++)
            {
                // Each letter of a long name in turn, so that places of which a look-up reads nothing at first are among them.
                string name = string.Concat(Enumerable.Repeat(Common, 5));
                int place = index % name.Length;
                name = name[..place] + (char)('A' + (index / name.Length)) + name[(place + 1)..];
                Assert.Equal(DecodeProblem.None, folder.Fold(Traces.Request([Traces.Text("service.name", name)], Traces.Span("a"))));
                ResourceEntry entry = folder.Resources.Entry(folder.Staged.Resources[0]);
                Assert.Equal((index, name), (entry.Index, entry.ServiceNameDimension.Text));
            }
        }

        Assert.Equal(1_000, folder.Resources.Count);
        folder.ClearTables();
        Assert.Equal(DecodeProblem.None, folder.Fold(Traces.Request([Traces.Text("service.name", "last")], Traces.Span("a"))));
        Assert.Equal((0, 1), (folder.Staged.Resources[0], folder.Resources.Count));
    }

    [Fact]
    public void A_resource_is_made_anew_after_the_tables_are_cleared()
    {
        RecordFolder folder = new(new SpanRules());
        byte[] other = Traces.Request([Traces.Text("service.name", "other")], Traces.Span("a"));
        byte[] record = Traces.Request([Traces.Text("service.name", "shop")], Traces.Span("a"));
        Assert.Equal([DecodeProblem.None, DecodeProblem.None], [folder.Fold(other), folder.Fold(record)]);
        Assert.Equal(1, folder.Staged.Resources[0]);
        folder.ClearTables();
        Assert.Equal(DecodeProblem.None, folder.Fold(record));
        Assert.Equal((0, 1), (folder.Staged.Resources[0], folder.Resources.Count));
    }

    [Fact]
    public void Without_resource_attributes_the_service_name_dimension_is_all_that_tells_resources_apart()
    {
        SpanRules rules = new() { IncludeResource = false, IdentityAttributes = ["*"] };
        KeyValue[] one = [Traces.Text("service.name", "shop"), Traces.Text("service.namespace", "a"), Traces.Text("pod", "1")];
        KeyValue[] two = [Traces.Text("pod", "2"), Traces.Text("service.name", "shop"), Traces.Text("service.namespace", "b")];
        KeyValue[] other = [Traces.Text("service.name", "cart")];
        KeyValue[] array = [Traces.Attribute("service.name", ArrayOfA)];
        Assert.Equal([0, 0, 1, 2], Groups(rules, one, two, other, array));
        Assert.Equal([0, 0, 0, 0], Groups(rules with { IncludeServiceName = false }, one, two, other, array));
        Assert.Equal([0, 1, 2, 3], Groups(rules with { IncludeResource = true }, one, two, other, array));

        (RecordFolder folder, ResourceEntry entry) = Read(rules, one);
        ResourceGroup group = folder.Resources.Group(entry.GroupIndex);
        Assert.Empty(group.Identity);
        Assert.Empty(entry.Descriptive);
        Assert.Equal(("shop", TextKind.Absent), (group.ServiceName.Text, group.ServiceNamespace.Kind));
    }

    private static List<int> Groups(SpanRules rules, params KeyValue[][] resources)
    {
        RecordFolder folder = new(rules);
        List<int> groups = [];
        foreach (KeyValue[] resource in resources)
        {
            Assert.Equal(DecodeProblem.None, folder.Fold(Traces.Request(resource, Traces.Span("a"))));
            groups.Add(folder.Resources.Entry(folder.Staged.Resources[0]).GroupIndex);
        }

        return groups;
    }

    private static (RecordFolder Folder, ResourceEntry Entry) Read(SpanRules rules, params KeyValue[] attributes)
    {
        RecordFolder folder = new(rules);
        Assert.Equal(DecodeProblem.None, folder.Fold(Traces.Request(attributes, Traces.Span("a"))));
        return (folder, folder.Resources.Entry(folder.Staged.Resources[0]));
    }

    private static string Group(RecordFolder folder, ResourceEntry entry) => RenderedKeyText.Of(folder.Resources.Group(entry.GroupIndex));
}
