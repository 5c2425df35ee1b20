namespace StreamSpanMetrics.Core.Totals;

/// <summary>Bytes of keys in pages; a run of bytes never crosses the end of its page and never moves by itself.</summary>
/// <remarks>A place is the number of the page, shifted by <see cref="PageBits"/>, plus the offset in it.</remarks>
internal sealed class KeyPages
{
    private const int PageBits = 18;
    private const int PageBytes = 1 << PageBits;
    private const int FirstPageBytes = 1024;

    private readonly List<byte[]?> pages = [];
    private readonly Stack<int> freeNumbers = [];
    private readonly Stack<byte[]> spare = [];
    private int current = -1;
    private int used;

    /// <summary>Bytes claimed and not yet let go with their page.</summary>
    public long ClaimedBytes { get; private set; }

    /// <summary>Claims bytes, to be filled by the caller.</summary>
    /// <exception cref="OverflowException">There are 2 GB of keys already.</exception>
    public Span<byte> Claim(int count, out int place)
    {
        if (current < 0 || used + count > pages[current]!.Length)
        {
            MakeRoom(count);
        }

        place = (current << PageBits) | used;
        used += count;
        ClaimedBytes += count;
        return pages[current].AsSpan(used - count, count);
    }

    /// <summary>Bytes at a place.</summary>
    public Span<byte> At(int place, int count) => pages[place >> PageBits].AsSpan(place & (PageBytes - 1), count);

    /// <summary>The byte at a place.</summary>
    public byte FirstAt(int place) => pages[place >> PageBits]![place & (PageBytes - 1)];

    /// <summary>Page of a place.</summary>
    public static int PageOf(int place) => place >> PageBits;

    /// <summary>Begins a new page, so that everything claimed from now on lies apart from what was claimed before.</summary>
    /// <returns>The pages that were there, for <see cref="LetGo"/>.</returns>
    public bool[] BeginAnew()
    {
        bool[] old = new bool[pages.Count];
        for (int page = 0; page < old.Length; page++)
        {
            old[page] = pages[page] is not null;
        }

        current = -1;
        ClaimedBytes = 0;
        return old;
    }

    /// <summary>Lets pages go whose bytes nobody needs any more.</summary>
    public void LetGo(bool[] old)
    {
        for (int page = 0; page < old.Length; page++)
        {
            if (old[page])
            {
                pages[page] = null;
                freeNumbers.Push(page);
            }
        }
    }

    /// <summary>Forgets all bytes; keeps the pages that were in use for later, and no other.</summary>
    public void Clear()
    {
        spare.Clear();
        foreach (byte[]? page in pages)
        {
            // A page for one long key is of no use to others, and the first one may still be small.
            if (page is { Length: PageBytes })
            {
                spare.Push(page);
            }
        }

        pages.Clear();
        freeNumbers.Clear();
        current = -1;
        used = 0;
        ClaimedBytes = 0;
    }

    private void MakeRoom(int count)
    {
        if (current == 0 && pages.Count == 1 && pages[0]!.Length < PageBytes && used + count <= PageBytes)
        {
            byte[] larger = new byte[Math.Min(PageBytes, Math.Max(pages[0]!.Length * 2, used + count))];
            pages[0].AsSpan(0, used).CopyTo(larger);
            pages[0] = larger;
            return;
        }

        byte[] page = NewPage(count);
        if (freeNumbers.TryPop(out int number))
        {
            pages[number] = page;
        }
        else
        {
            number = pages.Count;
            _ = checked((number + 1) * PageBytes);
            pages.Add(page);
        }

        current = number;
        used = 0;
    }

    private byte[] NewPage(int count)
    {
        if (count <= PageBytes && spare.TryPop(out byte[]? page))
        {
            return page;
        }

        return new byte[Math.Max(count, pages.Count == 0 ? FirstPageBytes : PageBytes)];
    }
}
