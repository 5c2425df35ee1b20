using System.Text.RegularExpressions;
using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Stages;

namespace StreamSpanMetrics.Tests.Stages;

/// <summary>Whatever stops a shard says so in words of its own, with the command that repairs it filled in.</summary>
public sealed class ShardProblemsTests
{
    private static readonly ShardProblems Problems = new("app.deltas", "app.state", new RepairCommands("/etc/span metrics/it's.yaml"));
    private static readonly string[] Commands = ["rewind", "accept-gap", "reset"];

    [Fact]
    public void Every_problem_of_a_record_has_its_own_words_and_a_remedy()
    {
        HashSet<string> texts = [];
        foreach (StateRecordKind record in Enum.GetValues<StateRecordKind>().Except([StateRecordKind.None]))
        {
            foreach (RestoreFailure failure in Enum.GetValues<RestoreFailure>()
                .Except([RestoreFailure.None, RestoreFailure.RefusedBlock, RestoreFailure.IncompleteReplay]))
            {
                string text = Problems.Record(2, failure, record, 5);
                Assert.True(texts.Add(text), text);
                Assert.StartsWith("app.state[2]: ", text, StringComparison.Ordinal);
                Assert.DoesNotContain(failure.ToString(), text, StringComparison.Ordinal);
                if (failure != RestoreFailure.NewerFormat && !(failure == RestoreFailure.ForeignFingerprint && record == StateRecordKind.Control))
                {
                    HasCommand(text, "--shard 2");
                }
            }
        }

        string chunk = Problems.Record(2, RestoreFailure.Missing, StateRecordKind.Chunk, 5);
        Assert.Contains("chunk 5 of the snapshot is missing", chunk, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_refusal_has_its_own_words_and_a_remedy()
    {
        HashSet<string> texts = [];
        foreach (ApplyOutcome outcome in Enum.GetValues<ApplyOutcome>().Where(outcome => outcome >= ApplyOutcome.Gap))
        {
            ApplyResult result = new(outcome, 7, 100, 1, 200, 300, 2);
            string text = Problems.Refused(2, 40, result);
            Assert.True(texts.Add(text), text);
            Assert.StartsWith("app.deltas[2] at offset 40: ", text, StringComparison.Ordinal);
            Assert.DoesNotContain(outcome.ToString(), text, StringComparison.Ordinal);
            if (outcome != ApplyOutcome.UnknownFormat)
            {
                HasCommand(text, RepairBook.CanLeadTo(outcome) && outcome != ApplyOutcome.OtherTopicId ? "--shard 2 --partition 7" : "");
            }

            HasCommand(Problems.RefusedReplay(2, 40, result), "--shard 2");
        }
    }

    [Fact]
    public void The_other_problems_have_a_command_too()
    {
        HasCommand(Problems.IncompleteReplay(2, 10, 20), "--shard 2");
        HasCommand(Problems.OffsetMismatch(2, null, 20), "--offsets merge --partition 2");
        HasCommand(Problems.OffsetMismatch(2, 10, 20), "--offsets merge --partition 2");
    }

    [Fact]
    public void Without_a_file_the_command_has_no_option_for_it() =>
        Assert.Equal("`spanmetrics state verify`", new RepairCommands(SettingsFile: null).Verify());

    private static void HasCommand(string text, string with)
    {
        Match match = Regex.Match(text, "`spanmetrics state ([a-z-]+)([^`]*) --config '/etc/span metrics/it'\\\\''s.yaml'`");
        Assert.True(match.Success, text);
        Assert.Contains(match.Groups[1].Value, Commands);
        Assert.Contains(with, match.Groups[2].Value, StringComparison.Ordinal);
    }
}
