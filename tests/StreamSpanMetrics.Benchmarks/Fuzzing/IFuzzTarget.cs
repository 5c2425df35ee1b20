namespace StreamSpanMetrics.Benchmarks.Fuzzing;

/// <summary>Something that reads bytes of strangers. Whatever it is fed, it must answer with a value.</summary>
internal interface IFuzzTarget
{
    /// <summary>Name on the command line.</summary>
    string Name { get; }

    /// <summary>Inputs from which others are made.</summary>
    IReadOnlyList<byte[]> Seeds { get; }

    /// <summary>
    /// Reads an input and tells what came of it in a few words. An answer that was not heard before makes the input a seed. Any exception is
    /// a find.
    /// </summary>
    string Feed(byte[] input);
}
