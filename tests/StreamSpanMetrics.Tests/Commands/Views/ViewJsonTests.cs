using StreamSpanMetrics.Commands.Views;

namespace StreamSpanMetrics.Tests.Commands.Views;

/// <summary>The field names are a promise to programs.</summary>
public sealed class ViewJsonTests
{
    [Fact]
    public void Lag()
    {
        LagReport report = Looks.Lag();
        report = report with { Sources = [report.Sources[0]], Groups = [report.Groups[0] with { Partitions = [report.Groups[0].Partitions[1]] }] };
        Assert.Equal(
            """
            {
              "application_id": "app",
              "time": "2026-11-27T12:00:00+00:00",
              "shards": [
                {
                  "shard": 0,
                  "closed_step": 99,
                  "closed_until": "1970-01-01T00:25:00+00:00",
                  "watermark": "2026-11-27T11:58:58.5+00:00",
                  "seconds_behind": 61.5,
                  "held_by_partition": 1,
                  "reason": "lagging",
                  "explanation": "300 records wait to be aggregated"
                }
              ],
              "sources": [
                {
                  "partition": 0,
                  "watermark": "2026-11-27T11:59:58+00:00",
                  "watermark_age_seconds": 2,
                  "merged_offset": 10
                }
              ],
              "groups": [
                {
                  "stage": "aggregate",
                  "group": "app.aggregate",
                  "topic": "spans[red]",
                  "state": "Stable",
                  "members": 1,
                  "records_behind": 300,
                  "seconds_behind": 12.25,
                  "partitions": [
                    {
                      "partition": 1,
                      "log_start_offset": 0,
                      "committed_offset": 20,
                      "stable_offset": 320,
                      "end_offset": 320,
                      "records_behind": 300,
                      "seconds_behind": 12.25,
                      "owner": {
                        "member_id": "member-1",
                        "client_id": "client",
                        "host": "10.0.0.1"
                      }
                    }
                  ]
                }
              ]
            }
            """,
            ViewJson.Serialize(report, onOneLine: false));
    }

    [Fact]
    public void State_list() => Assert.Equal(
        """
        {
          "application_id": "app",
          "time": "2026-11-27T12:00:00+00:00",
          "shards": [
            {
              "shard": 0,
              "problem": null,
              "closed_step": 99,
              "closed_until": "2026-11-27T11:59:57+00:00",
              "active_series": 12,
              "services": 3,
              "deltas_offset": 400,
              "snapshot_time": "2026-11-27T11:58:30+00:00",
              "snapshot_age_seconds": 90,
              "replay_offsets": 60,
              "state_start_offset": 0,
              "state_end_offset": 1000
            }
          ]
        }
        """,
        ViewJson.Serialize(Looks.Summaries(), onOneLine: false));

    [Fact]
    public void State_details_have_all_of_the_list_and_more()
    {
        string json = ViewJson.Serialize(Looks.Details(), onOneLine: false);
        foreach (string name in new[] { "shard", "problem", "closed_step", "active_series", "state_end_offset" })
        {
            Assert.Contains($"\"{name}\": ", json, StringComparison.Ordinal);
        }

        foreach (string name in new[]
        {
            "top_services", "service_namespace", "service_name", "series", "resources", "other_series", "sources", "expected_offset",
            "limited_services", "limited_resources", "overflowed", "top_labels", "label", "values", "is_limited",
            "expected_part", "watermark", "control", "format", "semantics", "rules_fingerprint", "shards", "source_topic", "start_offsets", "rules",
        })
        {
            Assert.Contains($"\"{name}\": ", json, StringComparison.Ordinal);
        }

        Assert.Contains("\"service_name\": \"cart [red]\\u001B[2J\"", json, StringComparison.Ordinal);
    }

    [Fact]
    public void A_watched_document_is_one_line() =>
        Assert.DoesNotContain('\n', ViewJson.Serialize(Looks.Details(), onOneLine: true));
}
