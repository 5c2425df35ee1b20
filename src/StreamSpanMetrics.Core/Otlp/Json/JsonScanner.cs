using System.Buffers;

namespace StreamSpanMetrics.Core.Otlp.Json;

/// <summary>
/// Reads JSON text (RFC 8259) token by token, in place. Nothing is allocated or thrown: a failed read leaves <see cref="Problem"/> set.
/// The caller knows what may come next and asks for it. Invalid UTF-8 in strings is passed on, as it is from protobuf.
/// </summary>
/// <remarks>System.Text.Json's reader throws for what is no JSON, and a record of a stranger is no reason for an exception here.</remarks>
internal ref struct JsonScanner
{
    /// <summary>Depth that is followed: that of the Collector's reader where it has a limit (json-iterator, iter.go, maxDepth).</summary>
    public const int MaxDepth = 10_000;

    private const int HexDigits = 4;
    private const int BitsPerWord = 64;

    // What ends the run of plain bytes in a string: its end, an escape, or what must not stand in one.
    private static readonly SearchValues<byte> StringStops = SearchValues.Create(
        "\"\\\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007\u0008\u0009\u000A\u000B\u000C\u000D\u000E\u000F\u0010\u0011\u0012\u0013\u0014"u8
        + "\u0015\u0016\u0017\u0018\u0019\u001A\u001B\u001C\u001D\u001E\u001F"u8);

    private static readonly SearchValues<byte> Digits = SearchValues.Create("0123456789"u8);

    private readonly ReadOnlySpan<byte> text;
    private int position;

    /// <summary>Begins before the first byte of <paramref name="text"/>.</summary>
    public JsonScanner(ReadOnlySpan<byte> text) => this.text = text;

    /// <summary>What went wrong, and at which byte; the length of the text if it ends too early.</summary>
    public DecodeProblem Problem { get; private set; }

    /// <summary>Position of the next byte.</summary>
    public readonly int Position => position;

    /// <summary>The next byte that is no white space, where the scanner now stands; 0 at the end (a NUL begins no token either).</summary>
    public byte Peek()
    {
        while (position < text.Length)
        {
            byte next = text[position];
            if (next is not ((byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t'))
            {
                return next;
            }

            position++;
        }

        return 0;
    }

    /// <summary>Moves over the byte that was peeked.</summary>
    public void Advance() => position++;

    /// <summary>Whether nothing but white space is left; what is left otherwise is a problem.</summary>
    public bool TryEnd() => (Peek() == 0 && position == text.Length) || Fail(DecodeCause.IllegalJson, position);

    /// <summary>Notes a problem at <paramref name="at"/>; always false.</summary>
    public bool Fail(DecodeCause cause, int at)
    {
        Problem = new DecodeProblem(cause, at);
        return false;
    }

    /// <summary>Notes that a value comes next that its field cannot have, or none at all; always false.</summary>
    public bool FailValue()
    {
        byte next = Peek();
        bool isValue = next is (byte)'"' or (byte)'{' or (byte)'[' or (byte)'-' or (byte)'t' or (byte)'f' or (byte)'n' || IsDigit(next);
        return Fail(isValue ? DecodeCause.WrongJsonValue : DecodeCause.IllegalJson, position);
    }

    /// <summary>Moves over <c>null</c>, <c>true</c> or <c>false</c>.</summary>
    public bool TryReadLiteral(ReadOnlySpan<byte> word)
    {
        if (!text[position..].StartsWith(word))
        {
            return Fail(DecodeCause.IllegalJson, position);
        }

        position += word.Length;
        return true;
    }

    /// <summary>Moves over these bytes if they come next.</summary>
    public bool TryTake(ReadOnlySpan<byte> bytes)
    {
        bool isNext = text[position..].StartsWith(bytes);
        position += isNext ? bytes.Length : 0;
        return isNext;
    }

    /// <summary>Reads the name of a member and the colon behind it.</summary>
    public bool TryReadName(out ReadOnlySpan<byte> name, out bool hasEscapes)
    {
        name = default;
        hasEscapes = false;
        if (Peek() != (byte)'"')
        {
            return Fail(DecodeCause.IllegalJson, position);
        }

        if (!TryReadString(out name, out hasEscapes))
        {
            return false;
        }

        if (Peek() != (byte)':')
        {
            return Fail(DecodeCause.IllegalJson, position);
        }

        position++;
        return true;
    }

    /// <summary>Reads the string whose first quote was peeked; the content is as it stands there, see <see cref="JsonEscapes"/>.</summary>
    public bool TryReadString(out ReadOnlySpan<byte> content, out bool hasEscapes)
    {
        int start = position + 1;
        int at = start;
        content = default;
        hasEscapes = false;
        while (true)
        {
            int run = text[at..].IndexOfAny(StringStops);
            if (run < 0)
            {
                return Fail(DecodeCause.IllegalJson, text.Length);
            }

            at += run;
            if (text[at] == (byte)'"')
            {
                content = text[start..at];
                position = at + 1;
                return true;
            }

            int escape = text[at] == (byte)'\\' ? EscapeLength(text[at..]) : 0;
            if (escape == 0)
            {
                return Fail(DecodeCause.IllegalJson, at);
            }

            hasEscapes = true;
            at += escape;
        }
    }

    /// <summary>Reads the number whose first byte was peeked.</summary>
    public bool TryReadNumber(out ReadOnlySpan<byte> number)
    {
        int start = position;
        int at = start + (text[start] == (byte)'-' ? 1 : 0);
        int whole = CountDigits(at);
        bool isLegal = whole > 0 && (whole == 1 || text[at] != (byte)'0');
        at += whole;
        if (isLegal && at < text.Length && text[at] == (byte)'.')
        {
            int fraction = CountDigits(at + 1);
            isLegal = fraction > 0;
            at += 1 + fraction;
        }

        if (isLegal && at < text.Length && text[at] is (byte)'e' or (byte)'E')
        {
            at += at + 1 < text.Length && text[at + 1] is (byte)'+' or (byte)'-' ? 2 : 1;
            int exponent = CountDigits(at);
            isLegal = exponent > 0;
            at += exponent;
        }

        number = isLegal ? text[start..at] : default;
        position = isLegal ? at : position;
        return isLegal || Fail(DecodeCause.IllegalJson, start);
    }

    /// <summary>Moves over a value of any kind and depth.</summary>
    public bool TrySkipValue()
    {
        if (Peek() is not ((byte)'{' or (byte)'['))
        {
            return TrySkipScalar();
        }

        // A bit for each open level: whether it is an object.
        Span<ulong> objects = stackalloc ulong[(MaxDepth / BitsPerWord) + 1];
        int depth = 0;
        do
        {
            byte next = Peek();
            if (next is (byte)'{' or (byte)'[')
            {
                if (depth == MaxDepth)
                {
                    return Fail(DecodeCause.JsonTooDeep, position);
                }

                bool isObject = next == (byte)'{';
                ulong bit = 1UL << (depth % BitsPerWord);
                objects[depth / BitsPerWord] = (objects[depth / BitsPerWord] & ~bit) | (isObject ? bit : 0);
                position++;
                depth++;
                if (Peek() != (isObject ? (byte)'}' : (byte)']'))
                {
                    if (isObject && !TryReadName(out _, out _))
                    {
                        return false;
                    }

                    continue;
                }
            }
            else if (!TrySkipScalar())
            {
                return false;
            }

            if (!TryStepOut(objects, ref depth))
            {
                return false;
            }
        }
        while (depth > 0);
        return true;
    }

    // Behind a value: closes what ends there, until another value is due or nothing is open.
    private bool TryStepOut(scoped ReadOnlySpan<ulong> objects, ref int depth)
    {
        while (depth > 0)
        {
            bool isObject = (objects[(depth - 1) / BitsPerWord] & (1UL << ((depth - 1) % BitsPerWord))) != 0;
            byte next = Peek();
            if (next == (byte)',')
            {
                position++;
                return !isObject || TryReadName(out _, out _);
            }

            if (next != (isObject ? (byte)'}' : (byte)']'))
            {
                return Fail(DecodeCause.IllegalJson, position);
            }

            position++;
            depth--;
        }

        return true;
    }

    private bool TrySkipScalar()
    {
        byte next = Peek();
        return next switch
        {
            (byte)'"' => TryReadString(out _, out _),
            (byte)'t' => TryReadLiteral("true"u8),
            (byte)'f' => TryReadLiteral("false"u8),
            (byte)'n' => TryReadLiteral("null"u8),
            (byte)'-' => TryReadNumber(out _),
            _ => IsDigit(next) ? TryReadNumber(out _) : Fail(DecodeCause.IllegalJson, position),
        };
    }

    private readonly int CountDigits(int from)
    {
        ReadOnlySpan<byte> rest = from < text.Length ? text[from..] : [];
        int others = rest.IndexOfAnyExcept(Digits);
        return others < 0 ? rest.Length : others;
    }

    /// <summary>Bytes of the escape that starts here; 0 if it is none.</summary>
    private static int EscapeLength(ReadOnlySpan<byte> escape)
    {
        if (escape.Length < 2)
        {
            return 0;
        }

        switch (escape[1])
        {
            case (byte)'"' or (byte)'\\' or (byte)'/' or (byte)'b' or (byte)'f' or (byte)'n' or (byte)'r' or (byte)'t':
                return 2;
            case (byte)'u' when escape.Length >= 2 + HexDigits && JsonEscapes.TryReadUnit(escape[2..], out _):
                return 2 + HexDigits;
            default:
                return 0;
        }
    }

    private static bool IsDigit(byte next) => next is >= (byte)'0' and <= (byte)'9';
}
