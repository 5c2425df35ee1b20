using StreamSpanMetrics.Integration.Tests.Support;

namespace StreamSpanMetrics.Integration.Tests.Kit;

public sealed class ProcessTests
{
    [Fact]
    public async Task The_built_executable_runs_as_a_process_of_its_own()
    {
        await using WorkerProcess worker = WorkerProcess.Start(["no-such-command"]);
        Assert.Equal(1, await worker.WaitForExitAsync());
    }

    [Fact]
    public async Task A_child_is_killed_stopped_and_heard()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs a Unix shell");
        const string Script = "trap 'echo bye; exit 5' TERM; echo ready; while :; do sleep 0.05; done";
        await using ChildProcess stopped = ChildProcess.Start("sh", ["-c", Script]);
        await using ChildProcess killed = ChildProcess.Start("sleep", ["60"]);
        await Eventually.TrueAsync(() => stopped.Output.Contains("ready", StringComparison.Ordinal), () => "no output");

        stopped.Terminate();
        killed.Kill();

        Assert.Equal(5, await stopped.WaitForExitAsync());
        Assert.Equal("ready\nbye\n", stopped.Output);
        Assert.Equal(137, await killed.WaitForExitAsync());
    }

    [Fact]
    public void Leased_ports_differ()
    {
        PortLease[] leases = [.. Enumerable.Range(0, 50).Select(_ => new PortLease())];
        Assert.Equal(leases.Length, leases.Select(lease => lease.Port).Distinct().Count());
        foreach (PortLease lease in leases)
        {
            lease.Dispose();
        }
    }

    [Fact]
    public async Task Waiting_ends_with_a_message_at_the_deadline()
    {
        TimeoutException late = await Assert.ThrowsAsync<TimeoutException>(
            () => Eventually.TrueAsync(() => false, () => "it never came", TimeSpan.FromMilliseconds(10)));
        Assert.Contains("it never came", late.Message, StringComparison.Ordinal);
    }
}
