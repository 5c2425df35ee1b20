using StreamSpanMetrics.RemoteWrite;

namespace StreamSpanMetrics.Tests.RemoteWrite;

public sealed class RefusalReasonsTests
{
    [Theory]
    [InlineData("out of order sample", "already_written")]
    [InlineData("failed: Out of order sample from remote write", "already_written")]
    [InlineData("duplicate sample for timestamp 1700000000000; overrides not allowed: existing 1, new value 2", "duplicate")]
    [InlineData("too old sample", "too_old")]
    [InlineData("out of bounds", "too_old")]
    [InlineData("out of bounds: timestamp is too far in the future", "too_far_ahead")]
    [InlineData("received a sample (err-mimir-too-far-in-future)", "too_far_ahead")]
    [InlineData("the sample has been rejected (err-mimir-sample-timestamp-too-old)", "too_old")]
    [InlineData("the sample has been rejected (err-mimir-sample-out-of-order)", "already_written")]
    [InlineData("the sample has been rejected (err-mimir-sample-duplicate-timestamp)", "duplicate")]
    [InlineData("received a series whose number of labels exceeds the limit", "other")]
    [InlineData("", "other")]
    public void The_text_of_an_answer_tells_the_reason(string answer, string label) =>
        Assert.Equal(label, RefusalReasons.Label(RefusalReasons.Classify(answer)));

    [Theory]
    [InlineData("", 3, "Other 3")]
    [InlineData("out of order sample", 3, "AlreadyWritten 3")]
    [InlineData("out of order sample\nduplicate sample for timestamp\nout of order sample\n", 3, "AlreadyWritten 2, Duplicate 1")]
    [InlineData("too old sample\nduplicate sample for timestamp\nduplicate sample for timestamp of serie", 9, "TooOld 1, Duplicate 8")]
    [InlineData("too old sample\nout of order sample\n", 1, "TooOld 1")]
    [InlineData("\n \n", 2, "Other 2")]
    public void Refused_samples_are_shared_out_by_the_lines_of_the_answer(string answer, int samples, string expected) => Assert.Equal(
        expected, string.Join(", ", RefusalReasons.Share(answer, samples).Select(share => $"{share.Reason} {share.Samples}")));
}
