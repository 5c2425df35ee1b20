namespace StreamSpanMetrics.Core.Deltas;

/// <summary>
/// For each of many owners, named by small numbers, its first exemplars in the order of <see cref="SpanExemplar"/>, each once. What a set holds
/// depends on what was added to it and not on the order, so sets of parts can be joined in any order (P3). Memory is taken by the exemplars
/// that are held and kept when they are cleared. One thread only.
/// </summary>
internal sealed class ExemplarSets
{
    private const int None = -1;

    // A set is a list from its last exemplar down to its first: the last is the one that a better one replaces.
    private SetHead[] heads = new SetHead[256];
    private SpanExemplar[] exemplars = new SpanExemplar[256];
    private int[] before = new int[256];
    private int[] owners = new int[64];
    private int ownerCount;

    /// <summary>Empty sets of at most <paramref name="capacity"/> exemplars, at least 1.</summary>
    public ExemplarSets(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        Capacity = capacity;
    }

    /// <summary>Most exemplars of a set.</summary>
    public int Capacity { get; }

    /// <summary>Exemplars in all sets.</summary>
    public int TotalCount { get; private set; }

    /// <summary>Exemplars of an owner.</summary>
    public int CountOf(int owner) => owner < heads.Length ? heads[owner].Count : 0;

    /// <summary>Adds an exemplar unless it is there already, or comes behind as many as a set may hold.</summary>
    public void Add(int owner, in SpanExemplar exemplar)
    {
        if (owner >= heads.Length)
        {
            Array.Resize(ref heads, Math.Max(owner + 1, heads.Length * 2));
        }

        ref SetHead head = ref heads[owner];
        if (head.Count == 0)
        {
            NoteOwner(owner);
            head.Last = None;
        }

        // Most spans of a busy series end here, and have looked at nothing else.
        bool isFull = head.Count == Capacity;
        if (isFull && (exemplar.Hash > head.LastHash || exemplar.CompareTo(exemplars[head.Last]) >= 0))
        {
            return;
        }

        int behind = None;
        int at = head.Last;
        while (at != None)
        {
            int order = exemplars[at].CompareTo(exemplar);
            if (order == 0)
            {
                return;
            }

            if (order < 0)
            {
                break;
            }

            behind = at;
            at = before[at];
        }

        Insert(ref head, exemplar, isFull, behind, at);
    }

    /// <summary>Adds all exemplars that an owner has in other sets.</summary>
    public void AddAll(int owner, ExemplarSets others, int otherOwner)
    {
        int count = others.CountOf(otherOwner);
        for (int at = count == 0 ? None : others.heads[otherOwner].Last; at != None; at = others.before[at])
        {
            Add(owner, others.exemplars[at]);
        }
    }

    /// <summary>Reads the first exemplars of an owner, in order, as many as fit; returns how many.</summary>
    public int Read(int owner, Span<SpanExemplar> target)
    {
        int count = CountOf(owner);
        int number = Math.Min(count, target.Length);
        int at = count == 0 ? None : heads[owner].Last;
        for (int surplus = count - number; surplus > 0; surplus--)
        {
            at = before[at];
        }

        for (int place = number - 1; place >= 0; place--)
        {
            target[place] = exemplars[at];
            at = before[at];
        }

        return number;
    }

    /// <summary>Empties all sets, at a price in proportion to those that are not empty.</summary>
    public void Clear()
    {
        foreach (int owner in owners.AsSpan(0, ownerCount))
        {
            heads[owner].Count = 0;
        }

        ownerCount = 0;
        TotalCount = 0;
    }

    private void Insert(ref SetHead head, in SpanExemplar exemplar, bool isFull, int behind, int at)
    {
        int place = isFull ? head.Last : TakePlace();
        exemplars[place] = exemplar;
        if (!isFull || behind != place)
        {
            head.Last = isFull ? before[place] : behind == None ? place : head.Last;
            before[place] = at;
            if (behind != None)
            {
                before[behind] = place;
            }
        }

        // Otherwise it has become the last, in the place of the one that left.
        head.LastHash = exemplars[head.Last].Hash;
        head.Count += isFull ? 0 : 1;
    }

    private int TakePlace()
    {
        if (TotalCount == exemplars.Length)
        {
            Array.Resize(ref exemplars, TotalCount * 2);
            Array.Resize(ref before, TotalCount * 2);
        }

        return TotalCount++;
    }

    private void NoteOwner(int owner)
    {
        if (ownerCount == owners.Length)
        {
            Array.Resize(ref owners, ownerCount * 2);
        }

        owners[ownerCount++] = owner;
    }

    /// <summary>A set: its last exemplar, the hash of that, and how many it has.</summary>
    private struct SetHead
    {
        public ulong LastHash;
        public int Last;
        public int Count;
    }
}
