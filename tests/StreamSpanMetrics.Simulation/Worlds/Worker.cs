using StreamSpanMetrics.Simulation.Clients;
using StreamSpanMetrics.Simulation.Scheduling;

namespace StreamSpanMetrics.Simulation.Worlds;

/// <summary>One process with one loop, from its start to its end.</summary>
internal sealed class Worker(int number, Stage stage, string name, Actor actor, SimConsumer consumer, SimSender? sender, CancellationTokenSource stop)
{
    private readonly List<Actor> actors = [actor];

    /// <summary>Number, given once.</summary>
    public int Number => number;

    /// <summary>What it does.</summary>
    public Stage Stage => stage;

    /// <summary>Name in traces.</summary>
    public string Name => name;

    /// <summary>Its membership.</summary>
    public SimConsumer Consumer => consumer;

    /// <summary>Virtual time in ticks before which the whole process stands still.</summary>
    public long StalledUntilTicks { get; private set; }

    /// <summary>Whether its loop has ended, or the process was killed.</summary>
    public bool IsOver => actor.HasEnded || actor.IsKilled;

    /// <summary>Work beside the loop.</summary>
    public void Add(Actor beside)
    {
        actors.Add(beside);
        beside.StalledUntilTicks = StalledUntilTicks;
    }

    /// <summary>Tells it to stop, as an operator does.</summary>
    public void Stop() => stop.Cancel();

    /// <summary>Kills the process.</summary>
    public void Kill()
    {
        if (sender is not null)
        {
            sender.IsDead = true;
        }

        foreach (Actor one in actors)
        {
            one.Kill();
        }
    }

    /// <summary>The whole process stands still, heartbeats included.</summary>
    public void Stall(long untilTicks)
    {
        StalledUntilTicks = untilTicks;
        foreach (Actor one in actors)
        {
            one.StalledUntilTicks = untilTicks;
        }
    }

    /// <summary>The loop alone stands still.</summary>
    public void Stick(long untilTicks) => actor.StalledUntilTicks = untilTicks;
}
