namespace StreamSpanMetrics.Core.Otlp.Json;

/// <summary>The known fields of an OTLP message. Not changed once <see cref="JsonMessages"/> has defined them all.</summary>
/// <param name="lengthBytes">Bytes that are kept free for its length, see <see cref="LengthBytes"/>.</param>
internal sealed class JsonMessage(int lengthBytes)
{
    private JsonField[] fields = [];

    /// <summary>
    /// Bytes that are kept free for its length before it is written. A shorter length is padded, for a longer one the message is moved:
    /// so it is as many as the length of nearly every such message needs.
    /// </summary>
    public int LengthBytes { get; } = lengthBytes;

    /// <summary>Sets the fields, in the order in which most writers write them.</summary>
    public void Define(params JsonField[] all) => fields = all;

    /// <summary>The field that is expected, see <see cref="Find"/>.</summary>
    public JsonField Expected(int expected) => fields[expected];

    /// <summary>Where the next field is expected once that at <paramref name="expected"/> was read.</summary>
    public int Next(int expected) => expected + 1 < fields.Length ? expected + 1 : 0;

    /// <summary>
    /// The field of this name; null if it is unknown. <paramref name="expected"/> is where it is looked for first, and becomes the place
    /// behind it: writers keep an order, so that the first look is nearly always the last.
    /// </summary>
    public JsonField? Find(ReadOnlySpan<byte> name, ref int expected)
    {
        int index = expected;
        for (int left = fields.Length; left > 0; left--)
        {
            JsonField field = fields[index];
            index = Next(index);
            if (field.HasName(name))
            {
                expected = index;
                return field;
            }
        }

        return null;
    }
}
