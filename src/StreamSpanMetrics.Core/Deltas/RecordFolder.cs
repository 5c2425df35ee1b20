using StreamSpanMetrics.Core.Otlp;
using StreamSpanMetrics.Core.Series;
using StreamSpanMetrics.Core.Spans;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Deltas;

/// <summary>
/// The path of a record from bytes to observations: read, find the series, stage. A record that turns out broken leaves nothing
/// behind but series that nobody counts. Owns the tables of one thread; not thread-safe. The record's memory is not kept.
/// </summary>
public sealed class RecordFolder
{
    /// <summary>Tables larger than this are forgotten at the next cut (P7): known series are found again at the price of a miss.</summary>
    private const long MaxTableBytes = 256L * 1024 * 1024;

    private readonly SpanRules rules;
    private readonly FamilyPlan[] spanPlans;
    private readonly FamilyPlan? eventPlan;
    private readonly CountFolder? counts;
    private readonly bool hasMore;
    private readonly SpanFilter? filter;
    private readonly AliasSlots? aliases;
    private readonly RawKeyWriter keys;
    private readonly SeriesKeyRenderer renderer;
    private readonly GlobReader selection;
    private readonly SpanWeights weights = new();
    private readonly SpanView view;
    private readonly ValueSlice[] eventValues;
    private readonly bool keepsExemplars;
    private int resolvedTimed;
    private int resolvedCounted;

    /// <summary>A folder with empty tables.</summary>
    public RecordFolder(SpanRules rules)
    {
        this.rules = rules;
        keepsExemplars = rules.MaxExemplars > 0;
        Layout = new SeriesLayout(rules);
        AttributeSlots slots = new(Layout, rules.Filter);
        AttributeSelector selector = new(slots.Names);
        List<FamilyPlan> plans = [];
        foreach (SeriesFamily family in (ReadOnlySpan<SeriesFamily>)[SeriesFamily.Spans, SeriesFamily.Calls, SeriesFamily.Duration])
        {
            if (Layout.Has(family))
            {
                plans.Add(new FamilyPlan(family, Layout, slots));
            }
        }

        spanPlans = [.. plans];
        eventPlan = rules.EventsEnabled ? new FamilyPlan(SeriesFamily.Events, Layout, slots) : null;
        if (eventPlan is not null)
        {
            plans.Add(eventPlan);
        }

        List<CountPlan> counted = [];
        for (int index = 0; index < rules.Counts.Count; index++)
        {
            counted.Add(new CountPlan(index, Layout, slots));
            plans.Add(counted[index].Family);
        }

        AnyValueText valueText = new(TextCounters);
        keys = new RawKeyWriter(rules);
        renderer = new SeriesKeyRenderer(rules, Layout, valueText);
        filter = rules.Filter.IsEmpty ? null : new SpanFilter(rules.Filter, slots);
        Staged = new StagedRecord(rules.Filter);
        counts = counted.Count == 0 ? null : new CountFolder(counted, slots, keys, Staged, ResolvePending);
        hasMore = eventPlan is not null || counts is not null;
        GlobNames? globs = plans.Exists(plan => plan.HasGlobs) ? new GlobNames(Layout) : null;
        selection = new GlobReader(globs);
        Resources = new ResourceTable(new ResourceReader(rules, slots, plans, filter, globs, valueText));
        aliases = slots.Aliases;
        view = new SpanView(selector, slots.Count - selector.Count)
        {
            WantsIds = keepsExemplars,
            WantsEvents = eventPlan is not null || counted.Exists(plan => plan.IsOfEvents),
            ScopeValues = counts is null ? null : new ValueSlice[slots.Count],
            Scopes = rules.InstrumentationScopes.Count == 0 ? null : new ScopeSelector(rules.InstrumentationScopes),
        };
        eventValues = new ValueSlice[slots.Count];
    }

    /// <summary>Families and dimensions under the rules.</summary>
    public SeriesLayout Layout { get; }

    /// <summary>Series known to this thread.</summary>
    public SeriesTable Series { get; } = new();

    /// <summary>Resources known to this thread.</summary>
    public ResourceTable Resources { get; }

    /// <summary>What the last record adds. Valid until the next <see cref="Fold"/>.</summary>
    public StagedRecord Staged { get; }

    /// <summary>What was mended in names and values.</summary>
    public TextCounters TextCounters { get; } = new();

    /// <summary>Whether the tables have grown so large that <see cref="ClearTables"/> is due.</summary>
    public bool TablesAreLarge => Series.KeyBytes + Resources.TotalBytes > MaxTableBytes;

    /// <summary>What is known now, to make blocks of on any thread.</summary>
    public FrozenTables Freeze() => new(Series.Freeze(), Resources.Freeze());

    /// <summary>Forgets all series and resources: only while no accumulator that goes on holds any.</summary>
    public void ClearTables()
    {
        Series.Clear();
        Resources.Clear();
    }

    /// <summary>Reads <paramref name="record"/> and stages what it adds; on a problem nothing counts.</summary>
    public DecodeProblem Fold(ReadOnlySpan<byte> record)
    {
        Fetch.Record(record);
        Staged.Reset();
        keys.Clear();
        selection.Clear();
        resolvedTimed = 0;
        resolvedCounted = 0;
        TraceReader reader = new(record);
        while (reader.MoveToNextResource())
        {
            DecodeProblem problem = Resources.Find(reader.Resource, out ResourceEntry resource);
            if (problem.Exists)
            {
                reader.Refuse(reader.LocateInRecord(problem));
                break;
            }

            if (!FoldSpans(ref reader, record, resource))
            {
                break;
            }
        }

        if (reader.Problem.Exists)
        {
            Staged.Reset();
            return reader.Problem;
        }

        ResolvePending();
        return DecodeProblem.None;
    }

    private void ResolvePending()
    {
        Resolve(Staged.TimedKeys[resolvedTimed..], Staged.MutableTimedSeries[resolvedTimed..]);
        Resolve(Staged.CountedKeys[resolvedCounted..], Staged.MutableCountedSeries[resolvedCounted..]);
        resolvedTimed = Staged.TimedCount;
        resolvedCounted = Staged.CountedCount;
        keys.Clear();
    }

    // In three passes over the record's keys instead of one: with many series each look-up waits for memory twice, and the waits of
    // different spans can overlap. Nor is a key hashed as soon as it is written: reading eight bytes across several fresh stores stalls.
    private void Resolve(Span<PendingKey> pending, Span<int> series)
    {
        ReadOnlySpan<byte> all = keys.Keys;
        foreach (ref PendingKey key in pending)
        {
            key.Hash = ByteHash.ForTable(all.Slice(key.Start, key.Length));
            Series.Prefetch(key.Hash);
        }

        foreach (ref PendingKey key in pending)
        {
            key.Candidate = Series.Candidate(key.Hash, out key.CandidateStart);
        }

        for (int index = 0; index < pending.Length; index++)
        {
            ref PendingKey key = ref pending[index];
            ReadOnlySpan<byte> raw = all.Slice(key.Start, key.Length);
            bool confirmed = key.Candidate >= 0 && Series.Confirms(key.CandidateStart, raw);
            series[index] = confirmed ? key.Candidate : FindOrAdd(raw, key.Hash);
        }
    }

    private int FindOrAdd(ReadOnlySpan<byte> raw, ulong hash)
    {
        int known = Series.Find(raw, hash);
        if (known >= 0)
        {
            return known;
        }

        ResourceEntry resource = Resources.EntryOfVariant(SeriesKeyRenderer.Variant(raw));
        return Series.Add(raw, hash, renderer.Render(raw, resource.ServiceNameDimension), resource.GroupIndex);
    }

    private bool FoldSpans(ref TraceReader reader, ReadOnlySpan<byte> record, ResourceEntry resource)
    {
        bool drop = resource.MissesServiceName && rules.DropMissingServiceName;

        // One look at a local for spans of which nothing has to be done first, which are nearly all.
        bool prepare = drop || filter is not null || aliases is not null;
        int spans = 0;
        int dropped = 0;
        while (reader.MoveToNextSpan(view))
        {
            spans++;
            if (prepare && (drop || !Prepare(record, resource)))
            {
                dropped++;
                continue;
            }

            DecodeProblem problem = FoldSpan(record, resource);
            if (problem.Exists)
            {
                reader.Refuse(problem);
                break;
            }

            if (keepsExemplars)
            {
                StageExemplar(record);
            }

            if (keys.IsFull)
            {
                ResolvePending();
            }
        }

        if (drop)
        {
            Staged.DroppedMissingServiceName += dropped;
        }
        else if (spans > dropped)
        {
            Staged.AddResource(resource.Index);
            Staged.Spans += spans - dropped;
            Staged.UnknownService += resource.MissesServiceName ? spans - dropped : 0;
        }

        return !reader.Problem.Exists;
    }

    /// <summary>
    /// Joins the names of attributes, unless the filter drops the span: then that is noted, and false. Its end still counts as time.
    /// </summary>
    private bool Prepare(ReadOnlySpan<byte> record, ResourceEntry resource)
    {
        int reason = filter is null ? SpanFilter.Kept : filter.Judge(record, view, resource);
        if (reason != SpanFilter.Kept)
        {
            Staged.Filtered.Note(reason);
            Staged.LatestEndNanos = Math.Max(Staged.LatestEndNanos, view.EndNanos);
            return false;
        }

        aliases?.Fill(view.Values);
        return true;
    }

    private DecodeProblem FoldSpan(ReadOnlySpan<byte> record, ResourceEntry resource)
    {
        ulong end = view.EndNanos;
        Staged.EndBeforeStart += end < view.StartNanos ? 1 : 0;
        Staged.LatestEndNanos = Math.Max(Staged.LatestEndNanos, end);
        Staged.EarliestStartNanos = Math.Min(Staged.EarliestStartNanos, view.StartNanos);
        uint weight = view.TraceState.Length > 0 ? Weigh(record) : 1;
        foreach (FamilyPlan plan in spanPlans)
        {
            PendingKey key = Stage(plan, resource, record, [], ValueSlice.Absent, out DecodeProblem problem);
            if (problem.Exists)
            {
                return problem;
            }

            if (plan.Family == SeriesFamily.Calls)
            {
                Staged.AddCounted(key, weight);
            }
            else
            {
                Staged.AddTimed(key, view.DurationNanos, weight);
            }
        }

        return hasMore ? FoldMore(record, resource, weight) : DecodeProblem.None;
    }

    private DecodeProblem FoldMore(ReadOnlySpan<byte> record, ResourceEntry resource, uint weight)
    {
        if (counts is not null)
        {
            return counts.Fold(record, resource, view);
        }

        return view.EventCount > 0 ? FoldEvents(eventPlan!, record, resource, weight) : DecodeProblem.None;
    }

    // The reader passes over ids, so that they cost nothing where nobody wants them.
    private void StageExemplar(ReadOnlySpan<byte> record)
    {
        Span<byte> ids = stackalloc byte[SpanExemplar.IdBytes];
        SpanIds.Read(record, view, ids);
        Staged.AddExemplar(SpanExemplar.From(ids, view.DurationNanos, view.EndNanos));
    }

    private uint Weigh(ReadOnlySpan<byte> record)
    {
        uint weight = weights.Of(record, view, out bool isExtrapolated);
        view.IsExtrapolated = isExtrapolated;
        return weight;
    }

    private DecodeProblem FoldEvents(FamilyPlan plan, ReadOnlySpan<byte> record, ResourceEntry resource, uint weight)
    {
        for (int index = 0; index < view.EventCount; index++)
        {
            DecodeProblem problem = EventReader.Read(record, view.Event(index), view.Selector, eventValues);
            if (problem.Exists)
            {
                return problem;
            }

            aliases?.Fill(eventValues);
            PendingKey key = Stage(plan, resource, record, eventValues, view.Event(index), out problem);
            if (problem.Exists)
            {
                return problem;
            }

            Staged.AddCounted(key, weight);
            Staged.Events++;
            if (keys.IsFull)
            {
                ResolvePending();
            }
        }

        return DecodeProblem.None;
    }

    private PendingKey Stage(
        FamilyPlan plan, ResourceEntry resource, ReadOnlySpan<byte> record, ReadOnlySpan<ValueSlice> ofEvent, ValueSlice happened,
        out DecodeProblem problem)
    {
        ValueSlice key = keys.Write(plan, resource, record, view, ofEvent);
        problem = DecodeProblem.None;
        if (plan.HasGlobs)
        {
            problem = selection.Select(plan, resource, record, view, happened);
            key = keys.WriteGlobs(key, record, selection.Attributes);
        }

        return new PendingKey { Start = key.Start, Length = key.Length };
    }
}
