using StreamSpanMetrics.Commands;

namespace StreamSpanMetrics.Tests.Commands;

public sealed class InterruptionTests
{
    [Fact]
    public async Task Work_that_is_stopped_early_ends_with_130()
    {
        using CancellationTokenSource stop = new();
        int code = await Interruption.RunAsync(
            async inner =>
            {
                await stop.CancelAsync();
                inner.ThrowIfCancellationRequested();
                return 0;
            },
            stop.Token);
        Assert.Equal(130, code);
    }

    [Fact]
    public async Task Work_that_is_done_keeps_its_own_exit_code()
    {
        using CancellationTokenSource stop = new();
        await stop.CancelAsync();
        Assert.Equal(4, await Interruption.RunAsync(_ => Task.FromResult(4), stop.Token));
    }

    [Fact]
    public async Task Work_that_cannot_be_stopped_is_left_behind()
    {
        using CancellationTokenSource stop = new();
        await stop.CancelAsync();
        TaskCompletionSource<int> never = new();
        Assert.Equal(130, await Interruption.RunAsync(_ => never.Task, stop.Token, patience: TimeSpan.Zero));
    }

    [Fact]
    public async Task A_cancellation_that_nobody_asked_for_is_a_fault() => await Assert.ThrowsAsync<OperationCanceledException>(
        () => Interruption.RunAsync(_ => throw new OperationCanceledException(), CancellationToken.None));
}
