using OpenTelemetry.Proto.Collector.Trace.V1;
using StreamSpanMetrics.Testing;

namespace StreamSpanMetrics.Core.Tests.Support;

public sealed class FixtureFilesTests
{
    public static TheoryData<string> RecordFiles => [.. RecordFile.Names];

    [Theory]
    [MemberData(nameof(RecordFiles))]
    public void Record_values_are_trace_requests_in_time_order(string name)
    {
        IReadOnlyList<CapturedRecord> records = RecordFile.Read(name);
        Assert.NotEmpty(records);
        long timestampMillis = 0;
        foreach (CapturedRecord record in records)
        {
            Assert.InRange(record.Partition, 0, RecordFile.PartitionCount - 1);
            Assert.True(record.TimestampMillis >= timestampMillis);
            timestampMillis = record.TimestampMillis;
            Assert.NotEmpty(ExportTraceServiceRequest.Parser.ParseFrom(record.Value).ResourceSpans);
            Assert.Equal(name.EndsWith("_by_trace", StringComparison.Ordinal) ? 32 : 0, record.Key?.Length ?? 0);
        }
    }

    [Theory]
    [InlineData("flask")]
    [InlineData("node")]
    public void Both_forms_of_a_file_hold_the_same_number_of_requests(string name)
    {
        IReadOnlyList<byte[]> messages = FixtureFiles.ReadMessages($"files/{name}.binpb");
        Assert.Equal(FixtureFiles.ReadLines($"files/{name}.jsonl").Count, messages.Count);
        Assert.All(messages, message => Assert.NotEmpty(ExportTraceServiceRequest.Parser.ParseFrom(message).ResourceSpans));
    }

    [Fact]
    public void Edge_requests_are_the_same_in_both_forms()
    {
        Assert.Equal(FixtureFiles.ReadLines("requests/edge.jsonl").Count, FixtureFiles.ReadMessages("requests/edge.binpb").Count);
    }

    [Fact]
    public void Every_golden_case_has_settings_totals_and_input()
    {
        Assert.NotEmpty(GoldenCase.All);
        foreach (GoldenCase golden in GoldenCase.All)
        {
            Assert.Contains("connectors:", golden.SettingsYaml, StringComparison.Ordinal);
            Assert.Contains("resourceMetrics", golden.MetricsJson, StringComparison.Ordinal);
            Assert.NotEmpty(golden.SeriesLines);
            Assert.NotEmpty(golden.Requests);
        }
    }

    [Fact]
    public void Shifted_records_keep_their_distances()
    {
        IReadOnlyList<CapturedRecord> records = RecordFile.Read("flask");
        IReadOnlyList<CapturedRecord> shifted = RecordFile.Shift(records, newestMillis: 5_000_000);
        Assert.Equal(5_000_000, shifted[^1].TimestampMillis);
        Assert.Equal(
            records[^1].TimestampMillis - records[0].TimestampMillis,
            shifted[^1].TimestampMillis - shifted[0].TimestampMillis);
    }
}
