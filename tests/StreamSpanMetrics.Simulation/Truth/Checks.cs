using System.Buffers.Binary;
using System.Globalization;
using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Metrics.V1;
using Prometheus.RemoteWrite.V1;
using StreamSpanMetrics.Core.Prometheus;
using StreamSpanMetrics.Schemas.V1;
using StreamSpanMetrics.Simulation.Clients;
using StreamSpanMetrics.Simulation.Cluster;
using StreamSpanMetrics.Simulation.Worlds;

namespace StreamSpanMetrics.Simulation.Truth;

/// <summary>Everything that must hold when a world has come to its end.</summary>
internal sealed class Checks
{
    private const int MostComplaints = 12;

    private readonly World world;
    private readonly List<string> complaints = [];
    private readonly List<DeltaComputation> shards = [];

    /// <summary>Checks of a world.</summary>
    public Checks(World world) => this.world = world;

    /// <summary>Entries that went into later steps because their own was closed.</summary>
    public long Folded => shards.Sum(shard => shard.Folded);

    /// <summary>Points written.</summary>
    public long Points { get; private set; }

    /// <summary>Points of overflow series among them.</summary>
    public int OverflowPoints { get; private set; }

    /// <summary>Entries that overflowed as they arrived.</summary>
    public int OverflowedEntries => shards.Sum(shard => shard.Overflowed);

    /// <summary>Series that became others because of the values of their labels.</summary>
    public int ReplacedKeys => shards.Sum(shard => shard.ReplacedKeys);

    /// <summary>Steps that were closed by the clock.</summary>
    public int ForcedCloses { get; private set; }

    /// <summary>Blocks flagged as lost.</summary>
    public int LostBlocks { get; private set; }

    private Plan Plan => world.Plan;

    private bool IsDeleted => world.FormerSource is not null;

    /// <summary>All that is wrong; empty if nothing is.</summary>
    public List<string> Run()
    {
        Expect(world.IsAtRest || IsDeleted, "the world did not come to rest after its workload: " + world.Missing);
        CheckStops();
        CheckTransactions();
        for (int shard = 0; shard < Plan.Shards; shard++)
        {
            CheckShard(shard);
        }

        CheckOneWriter();
        if (!IsDeleted)
        {
            CheckSource();
        }

        if (world.IsAtRest)
        {
            CheckReceiver();
        }

        complaints.AddRange(world.Receiver.Complaints.Take(MostComplaints));
        return complaints;
    }

    private void Expect(bool holds, string complaint)
    {
        if (!holds && complaints.Count < MostComplaints * 2)
        {
            complaints.Add(complaint);
        }
    }

    // A worker may end because another one took its id, or because its transaction was given up while it stood still.
    private void CheckStops()
    {
        foreach (string stop in world.Workers.Stops)
        {
            bool isFence = stop.Contains("another process uses the same transactional id", StringComparison.Ordinal);
            Expect(isFence || IsDeleted, "stopped: " + stop);
        }
    }

    // A2: a cut moves the offset of every partition that it has a block of, to the end of that block; and nothing is written without.
    private void CheckTransactions()
    {
        SimGroup aggregate = world.Cluster.Group("app.aggregate");
        foreach (SimTransaction transaction in world.Cluster.Decided
            .Where(one => one.IsCommitted && one.Id.StartsWith("app.", StringComparison.Ordinal)))
        {
            Expect(transaction.Offsets.Count == 1, $"a transaction of {transaction.Id} moves no offsets: nothing fences it (A2)");
            if (!transaction.Offsets.TryGetValue(aggregate, out SortedDictionary<int, long>? offsets))
            {
                continue;
            }

            foreach (DeltaBlock block in transaction.Records.Where(one => one.Partition.Topic.Name == Plan.Deltas)
                .SelectMany(one => DeltaBatch.Parser.ParseFrom(one.Entry.Value).Blocks))
            {
                Expect(
                    offsets.TryGetValue((int)block.SourcePartition, out long to) && to == block.ToOffset,
                    $"a cut of {transaction.Id} has a block of {block.SourcePartition} up to {block.ToOffset}, but not that offset (A2)");
            }
        }
    }

    private void CheckShard(int shard)
    {
        ByteString id = ByteString.CopyFrom((world.FormerSource ?? world.Cluster.Topic(Plan.Source)).Id);
        DeltaComputation computed = new(Plan, id);
        shards.Add(computed);
        ProgressRecord? progress = world.Progress(shard);
        List<ForcedClose> forced = ForcedOf(shard);
        ForcedCloses += forced.Count;
        SimPartition deltas = world.Cluster.Topic(Plan.Deltas).Partitions[shard];
        LostBlocks += deltas.Committed().Sum(entry => DeltaBatch.Parser.ParseFrom(entry.Value).Blocks.Count(block => block.Lost));
        computed.Run(deltas, forced, progress?.DeltasOffset ?? 0, progress?.ClosedStep ?? long.MinValue);
        Expect(computed.Refusal is null, $"shard {shard}: source ranges are not contiguous: {computed.Refusal}");
        SimPartition metrics = world.Cluster.Topic(Plan.Metrics).Partitions[shard];
        List<string> written = WrittenPoints.Of(metrics);
        Points += written.Count;
        OverflowPoints += written.Count(point => SeriesNames.IsOverflow(point.Split(" start=")[0]));
        HashSet<string> distinct = new(written, StringComparer.Ordinal);
        Expect(distinct.Count == written.Count, $"shard {shard}: {written.Count - distinct.Count} points were written twice");
        bool isMidStep = progress is { EmittedRecords: > 0 };
        Compare($"shard {shard}, against its deltas", computed.Points, distinct, mayMiss: isMidStep, mayHaveMore: isMidStep);
        Expect(isMidStep || progress is null || progress.ClosedStep == computed.ClosedStep,
            $"shard {shard}: closed step is {progress?.ClosedStep}, computed {computed.ClosedStep}");
        ulong expected = 1;
        foreach (LogEntry record in metrics.Committed())
        {
            byte[] header = record.Headers!.Single(one => one.Key == "spanmetrics.sequence").Value;
            Expect(BinaryPrimitives.ReadUInt64BigEndian(header) == expected, $"shard {shard}: sequence number {expected} is missing (E4)");
            expected++;
        }
    }

    /// <summary>Forced closes that progress records of a shard tell of, in order of their offsets.</summary>
    public List<ForcedClose> ForcedOf(int shard) =>
        [.. world.Cluster.Topic(Plan.State).Partitions[shard].Committed()
            .Where(entry => StateKey.Parser.ParseFrom(entry.Key).Type == StateKey.Types.Type.Progress)
            .SelectMany(entry => ProgressRecord.Parser.ParseFrom(entry.Value).ForcedCloses)
            .DistinctBy(forced => (forced.DeltasOffset, forced.Step))
            .OrderBy(forced => forced.DeltasOffset).ThenBy(forced => forced.Step)];

    // M4: all of a job comes from one shard.
    private void CheckOneWriter()
    {
        foreach (IGrouping<string, int> job in Enumerable.Range(0, Plan.Shards)
            .SelectMany(shard => WrittenPoints.Jobs(world.Cluster.Topic(Plan.Metrics).Partitions[shard]), (shard, name) => (shard, name))
            .GroupBy(one => one.name, one => one.shard))
        {
            Expect(job.Count() == 1, $"{job.Key} has records in the shards {string.Join(',', job)} (M4)");
        }
    }

    private void CheckSource()
    {
        DirectComputation direct = new(Plan);
        List<string> letters = DeadLetters();
        LostRanges lost = new(world.Cluster, world.Workload, letters);
        SortedSet<string> bad = new(StringComparer.Ordinal);
        foreach (SimPartition source in world.Cluster.Topic(Plan.Source).Partitions)
        {
            List<LogEntry> counted = lost.Counted(source);
            direct.Add(source.Number, counted, world.Workload, Plan.IsLogAppendTime);
            bad.UnionWith(counted.Where(entry => world.Workload.Meaning(entry.Value!).Spans is null)
                .Select(entry => LostRanges.DeadLetterName(source.Number, entry.Offset)));
        }

        complaints.AddRange(lost.Complaints);
        CheckBalance(direct);
        CheckDeadLetters(bad, letters);
        Expect(Folded == 0 || Plan.MayFold || Plan.HasClocksFarAhead, $"{Folded} entries came for a closed step, though nothing allows it (T3, T4)");
        if (Folded > 0 || Plan.HasClocksFarAhead)
        {
            return;
        }

        for (int shard = 0; shard < Plan.Shards; shard++)
        {
            DeltaComputation computed = shards[shard];
            HashSet<string> expected = direct.Points(computed.Jobs, computed.ClosedStep);
            Compare($"shard {shard}, against the source", expected, computed.Points, false, false);
        }
    }

    // Every span and event is counted once, whatever step it went into: what counters rose by is what the records hold.
    private void CheckBalance(DirectComputation direct)
    {
        SortedDictionary<string, ulong> rises = new(StringComparer.Ordinal);
        Dictionary<string, ulong> newest = [];
        foreach (string point in shards.SelectMany(shard => shard.Points))
        {
            string[] words = point.Split(" start=");
            if (!words[0].StartsWith("duration", StringComparison.Ordinal) && !point.EndsWith("stale", StringComparison.Ordinal))
            {
                string key = words[0] + " " + words[1].Split(' ')[0];
                ulong value = ulong.Parse(words[1].Split(' ')[2], CultureInfo.InvariantCulture);
                newest[key] = Math.Max(newest.GetValueOrDefault(key), value);
            }
        }

        foreach ((string key, ulong value) in newest)
        {
            string name = key[(key.IndexOf(' ', StringComparison.Ordinal) + 1)..key.LastIndexOf(' ')];
            name = BalanceOf(name);
            rises[name] = rises.GetValueOrDefault(name) + value;
        }

        Dictionary<string, ulong> holds = [];
        foreach ((string name, ulong count) in direct.Counts)
        {
            holds[BalanceOf(name)] = holds.GetValueOrDefault(BalanceOf(name)) + count;
        }

        foreach (string name in holds.Keys.Union(rises.Keys))
        {
            ulong counted = rises.GetValueOrDefault(name);
            ulong held = holds.GetValueOrDefault(name);
            Expect(counted == held, $"balance: {name} was counted {counted} times, the records hold {held}");
        }
    }

    // With a limit, series and overflow series of a resource together.
    private string BalanceOf(string series) => Plan.Limits.IsAny ? SeriesNames.OwnerOf(series) : series;

    private List<string> DeadLetters() =>
        [.. world.Cluster.Topic(Plan.DeadLetters).Partitions[0].Committed().Select(letter =>
            Header(letter, "__connect.errors.partition") + " " + Header(letter, "__connect.errors.offset"))];

    private void CheckDeadLetters(SortedSet<string> bad, List<string> letters)
    {
        Expect(letters.Count == letters.Distinct().Count(), "a dead letter was written twice");
        Expect(bad.SetEquals(letters), $"dead letters of {string.Join(';', letters)}, bad records are {string.Join(';', bad)}");
    }

    // The receiver has exactly the samples of the committed point records.
    private void CheckReceiver()
    {
        Dictionary<(string Series, long Time), long> expected = [];
        SeriesTranslator translator = new(Worlds.Plan.Prometheus);
        foreach (LogEntry record in world.Cluster.Topic(Plan.Metrics).Partitions.SelectMany(partition => partition.Committed()))
        {
            RemoteWriteBatcher batcher = new(int.MaxValue, false);
            SeriesBuffer series = new();
            translator.Translate(ExportMetricsServiceRequest.Parser.ParseFrom(record.Value), series);
            batcher.Append(series);
            foreach (TimeSeries one in batcher.Requests().SelectMany(request => WriteRequest.Parser.ParseFrom(request.Body.Span).Timeseries))
            {
                string labels = string.Join(',', one.Labels.Select(label => $"{label.Name}={label.Value}"));
                foreach (Sample sample in one.Samples)
                {
                    expected[(labels, sample.Timestamp)] = BitConverter.DoubleToInt64Bits(sample.Value);
                }
            }
        }

        long received = world.Receiver.Series.Values.Sum(samples => samples.Count);
        Expect(received == expected.Count, $"the receiver has {received} samples, the point records have {expected.Count}");
        foreach (((string labels, long timestamp), long bits) in expected)
        {
            Expect(
                world.Receiver.Series.TryGetValue(labels, out SortedList<long, ReceivedSample>? samples)
                    && samples.TryGetValue(timestamp, out ReceivedSample sample) && sample.ValueBits == bits,
                $"the receiver lacks {labels} at {timestamp}");
        }
    }

    private void Compare(string what, HashSet<string> expected, HashSet<string> actual, bool mayMiss, bool mayHaveMore)
    {
        string[] missing = mayMiss ? [] : [.. expected.Except(actual).Order(StringComparer.Ordinal)];
        string[] more = mayHaveMore ? [] : [.. actual.Except(expected).Order(StringComparer.Ordinal)];
        if (missing.Length > 0 || more.Length > 0)
        {
            IEnumerable<string> some =
                [.. missing.Take(4).Select(point => "    missing " + point), .. more.Take(4).Select(point => "    extra   " + point)];
            Expect(false, $"{what}: {missing.Length} of {expected.Count} points are missing, {more.Length} too many:\n{string.Join('\n', some)}");
        }
    }

    private static string Header(LogEntry letter, string name) =>
        System.Text.Encoding.UTF8.GetString(letter.Headers!.Single(header => header.Key == name).Value);
}
