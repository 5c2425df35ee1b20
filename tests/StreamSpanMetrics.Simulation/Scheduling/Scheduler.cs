using System.Globalization;

namespace StreamSpanMetrics.Simulation.Scheduling;

/// <summary>
/// Lets threads of product code run one at a time: whoever calls a simulated client hands the baton to the actor that the seed chooses.
/// The holder of the baton runs the scheduler itself, so going on with the same actor costs nothing.
/// </summary>
internal sealed class Scheduler : IDisposable
{
    private const int SmallStackBytes = 512 * 1024;

    /// <summary>Without anything to do the clock jumps at most this far, so that what is looked at by polling is looked at.</summary>
    private static readonly long MaxJumpTicks = TimeSpan.FromMilliseconds(250).Ticks;

    [ThreadStatic]
    private static Actor? current;

    private readonly Random random;
    private readonly List<Actor> actors = [];
    private readonly List<Actor> ready = [];
    private readonly Actor main = new("main", -1);
    private readonly List<string>? trace;
    private Func<bool> isDone = () => false;
    private ulong traceHash = 14695981039346656037;
    private bool isEnding;
    private bool isInStep;

    /// <summary>A scheduler whose choices come from a seed.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="startTicks">Time of day at the start.</param>
    /// <param name="trace">Takes what happens, line by line; null keeps only a hash of it.</param>
    public Scheduler(int seed, long startTicks, List<string>? trace)
    {
        random = new Random(seed);
        Time = new VirtualTime(this, startTicks);
        this.trace = trace;
    }

    /// <summary>The clock.</summary>
    public VirtualTime Time { get; }

    /// <summary>Called before every choice, by whoever holds the baton: what happens around the actors.</summary>
    public Action? EachStep { get; set; }

    /// <summary>Says whether answers that an actor waits for, by <see cref="SleepForAnswers"/>, are there.</summary>
    public Func<Actor, bool>? HasAnswers { get; set; }

    /// <summary>Says when something happens around the actors next, in ticks.</summary>
    public Func<long>? NextEvent { get; set; }

    /// <summary>Choices made so far.</summary>
    public long Steps { get; private set; }

    /// <summary>A number that is the same for the same events in the same order.</summary>
    public ulong TraceHash => traceHash;

    /// <summary>The first exception of an actor that was no crash.</summary>
    public Exception? Fault { get; private set; }

    /// <summary>The actor on this thread; null on others.</summary>
    public static Actor? Current => current;

    /// <summary>Starts a thread that waits for the baton.</summary>
    public void Start(Actor actor, Action body)
    {
        actors.Add(actor);
        Thread thread = new(() => Live(actor, body), SmallStackBytes) { IsBackground = true, Name = actor.Name };
        thread.Start();
    }

    /// <summary>Notes an event.</summary>
    public void Note(string text)
    {
        foreach (char letter in text)
        {
            traceHash = (traceHash ^ letter) * 1099511628211;
        }

        traceHash = (traceHash ^ (ulong)Time.Ticks) * 1099511628211;
        trace?.Add(string.Create(CultureInfo.InvariantCulture, $"{Time.NowMillis / 1000 % 100000}.{Time.NowMillis % 1000:000} {text}"));
    }

    /// <summary>A point at which others may go first, and at which a killed actor ends.</summary>
    public void Point(string what) => Sleep(what, 0, null);

    /// <summary>A point that is taken now and then only.</summary>
    public void MaybePoint(string what)
    {
        // Not while things happen around the actors, nor on the thread of the test.
        if (current is not null && !isInStep && random.Next(4) == 0)
        {
            Point(what);
        }
    }

    /// <summary>Sleeps until <paramref name="wake"/> holds, at most <paramref name="ticks"/>.</summary>
    public void Sleep(string what, long ticks, Func<bool>? wake)
    {
        Actor actor = current ?? throw new InvalidOperationException($"'{what}' was called on a thread that is no actor.");
        if (actor.IsKilled)
        {
            throw new SimulatedCrashException();
        }

        if (trace is not null)
        {
            Note($"{actor.Name} {what}");
        }

        actor.WakeTicks = Time.Ticks + ticks;
        actor.WakeWhen = wake;
        Actor next = Choose(actor);
        if (next != actor)
        {
            next.Resume();
            actor.Await();
        }

        if (actor.IsKilled)
        {
            throw new SimulatedCrashException();
        }
    }

    /// <summary>Sleeps until answers are there (true), or until the time is over (false).</summary>
    public bool SleepForAnswers(TimeSpan patience)
    {
        Actor actor = current!;
        bool HasThem() => HasAnswers?.Invoke(actor) ?? true;
        long until = Time.Ticks + patience.Ticks;
        while (!HasThem() && Time.Ticks < until)
        {
            Sleep("waits for answers", until - Time.Ticks, HasThem);
        }

        return HasThem();
    }

    /// <summary>Runs until <paramref name="done"/> holds. On the thread of the test.</summary>
    public void Run(Func<bool> done)
    {
        isDone = done;
        Actor next = Choose(null);
        if (next != main)
        {
            next.Resume();
            main.Await();
        }

        if (Fault is not null)
        {
            throw new InvalidOperationException("An actor failed: " + Fault, Fault);
        }
    }

    /// <summary>Kills all actors and waits for their threads. On the thread of the test.</summary>
    public void Dispose()
    {
        isEnding = true;
        foreach (Actor actor in actors.ToArray())
        {
            actor.Kill();
            while (!actor.HasEnded)
            {
                actor.Resume();
                main.Await();
            }
        }

        foreach (Actor actor in actors)
        {
            actor.Dispose();
        }

        main.Dispose();
    }

    // Who goes next. The test's own thread comes when the run is done.
    private Actor Choose(Actor? last)
    {
        if (isEnding)
        {
            return main;
        }

        while (true)
        {
            Steps++;
            Time.Advance(random.Next(3) == 0 ? random.Next(20_000) : random.Next(2_000));
            isInStep = true;
            EachStep?.Invoke();
            bool done = Fault is not null || isDone();
            isInStep = false;
            if (done)
            {
                return main;
            }

            int weight = FillReady();
            if (ready.Count > 0)
            {
                return last is not null && random.Next(3) == 0 && ready.Contains(last) ? last : Draw(weight);
            }

            Jump();
        }
    }

    private int FillReady()
    {
        ready.Clear();
        int weight = 0;
        foreach (Actor actor in actors)
        {
            if (actor.IsReady(Time.Ticks))
            {
                ready.Add(actor);
                weight += actor.Weight;
            }
        }

        return weight;
    }

    private Actor Draw(int weight)
    {
        int place = random.Next(weight);
        foreach (Actor actor in ready)
        {
            place -= actor.Weight;
            if (place < 0)
            {
                return actor;
            }
        }

        return ready[^1];
    }

    private void Jump()
    {
        long next = Math.Min(Time.Ticks + MaxJumpTicks, NextEvent?.Invoke() ?? long.MaxValue);
        actors.RemoveAll(actor => actor.HasEnded);
        foreach (Actor actor in actors)
        {
            next = Math.Min(next, Math.Max(actor.WakeTicks, actor.StalledUntilTicks));
        }

        Time.Advance(Math.Max(1, next - Time.Ticks));
    }

    private void Live(Actor actor, Action body)
    {
        actor.Await();
        current = actor;
        try
        {
            if (!actor.IsKilled)
            {
                body();
            }
        }
        catch (Exception) when (actor.IsKilled)
        {
            // As a killed process: nothing is said.
        }
        catch (Exception exception)
        {
            Fault ??= exception;
        }

        actor.HasEnded = true;
        current = null;
        (isEnding ? main : Choose(null)).Resume();
    }
}
