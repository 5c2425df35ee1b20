using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace StreamSpanMetrics.Core.Series;

/// <summary>Keys one behind the other in one growing array. What is stored stays where it is; spans live until the next store.</summary>
internal sealed class KeyArena
{
    private const int InitialBytes = 64 * 1024;
    private const int CacheLineBytes = 64;

    private byte[] bytes = new byte[InitialBytes];

    /// <summary>Bytes in use.</summary>
    public int Used { get; private set; }

    /// <summary>The array in use: what is stored in it stays as it is, a later store may continue in another one.</summary>
    public byte[] Bytes => bytes;

    /// <summary>Stores a key and returns where it starts.</summary>
    public int Store(ReadOnlySpan<byte> key)
    {
        EnsureRoom(key.Length);
        int start = Used;
        key.CopyTo(bytes.AsSpan(start));
        Used += key.Length;
        return start;
    }

    /// <summary>Stores the key's length and the key, and returns where the length starts.</summary>
    public int StoreWithLength(ReadOnlySpan<byte> key)
    {
        int length = key.Length;
        int start = Store(MemoryMarshal.AsBytes(new ReadOnlySpan<int>(ref length)));
        Store(key);
        return start;
    }

    /// <summary>The stored bytes.</summary>
    public ReadOnlySpan<byte> At(int start, int length) => bytes.AsSpan(start, length);

    /// <summary>Whether a key stored with its length at <paramref name="start"/> is <paramref name="key"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool HasAt(int start, ReadOnlySpan<byte> key) =>
        MemoryMarshal.Read<int>(bytes.AsSpan(start)) == key.Length && key.SequenceEqual(bytes.AsSpan(start + sizeof(int), key.Length));

    /// <summary>Fetches a key into the cache: most are longer than what is left of their first line.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void FetchAhead(int start)
    {
        Fetch.Ahead(ref bytes[start]);
        Fetch.Ahead(ref bytes[Math.Min(start + CacheLineBytes, bytes.Length - 1)]);
    }

    /// <summary>Forgets all keys and gives the memory back.</summary>
    public void Clear()
    {
        bytes = new byte[InitialBytes];
        Used = 0;
    }

    private void EnsureRoom(int length)
    {
        if (bytes.Length - Used < length)
        {
            Array.Resize(ref bytes, Math.Max(bytes.Length * 2, Used + length));
        }
    }
}
