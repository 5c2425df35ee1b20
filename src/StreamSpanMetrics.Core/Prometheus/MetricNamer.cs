using System.Collections.Frozen;

namespace StreamSpanMetrics.Core.Prometheus;

/// <summary>
/// Turns OTLP metric names and units into Prometheus metric names, as prometheus/otlptranslator does (metric_namer.go,
/// unit_namer.go, v1.0.0). Immutable.
/// </summary>
public sealed class MetricNamer
{
    // Units of UCUM as OTLP writes them, and the words that Prometheus uses (otlptranslator unit_namer.go).
    private static readonly FrozenDictionary<string, string> MainUnits = new Dictionary<string, string>
    {
        ["d"] = "days", ["h"] = "hours", ["min"] = "minutes", ["s"] = "seconds", ["ms"] = "milliseconds",
        ["us"] = "microseconds", ["ns"] = "nanoseconds", ["By"] = "bytes", ["KiBy"] = "kibibytes", ["MiBy"] = "mebibytes",
        ["GiBy"] = "gibibytes", ["TiBy"] = "tebibytes", ["KBy"] = "kilobytes", ["MBy"] = "megabytes", ["GBy"] = "gigabytes",
        ["TBy"] = "terabytes", ["m"] = "meters", ["V"] = "volts", ["A"] = "amperes", ["J"] = "joules", ["W"] = "watts",
        ["g"] = "grams", ["Cel"] = "celsius", ["Hz"] = "hertz", ["1"] = "", ["%"] = "percent",
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, string> PerUnits = new Dictionary<string, string>
    {
        ["s"] = "second", ["m"] = "minute", ["h"] = "hour", ["d"] = "day", ["w"] = "week", ["mo"] = "month", ["y"] = "year",
    }.ToFrozenDictionary();

    private readonly string prefix;
    private readonly bool keepNames;
    private readonly bool addSuffixes;

    /// <summary>A namer for one exporter.</summary>
    /// <param name="prefix">Namespace put before every name; empty means none.</param>
    /// <param name="strategy">How names are translated.</param>
    public MetricNamer(string prefix, TranslationStrategy strategy)
    {
        keepNames = strategy.KeepsNames();
        addSuffixes = strategy.AddsSuffixes();
        this.prefix = keepNames ? prefix : JoinFields(prefix, keepUnderscores: true);
    }

    /// <summary>The Prometheus name of a metric, or null if nothing usable is left of it: such a metric cannot be sent.</summary>
    /// <param name="name">OTLP metric name.</param>
    /// <param name="unit">OTLP unit, such as <c>ms</c> or <c>By/s</c>.</param>
    /// <param name="kind">What the metric is.</param>
    /// <param name="isSum">Whether a gauge is in truth a sum that may fall: such a one never gets <c>_ratio</c>.</param>
    public string? Name(string name, string unit, MetricKind kind, bool isSum = false)
    {
        string result = keepNames ? Kept(name, unit, kind, isSum)
            : addSuffixes ? WithSuffixes(name, unit, kind, isSum)
            : WithoutSuffixes(name);
        return result.AsSpan().Trim('_').IsEmpty ? null : result;
    }

    /// <summary>Name of the series that carries the resource attributes.</summary>
    public string TargetInfoName => prefix.Length == 0 ? "target_info" : prefix + "_target_info";

    /// <summary>The unit in words, as metadata has it: <c>ms</c> is <c>milliseconds</c>, <c>By/s</c> is <c>bytes_per_second</c>.</summary>
    public static string Unit(string unit)
    {
        string main = MainUnit(unit);
        string per = PerUnit(unit);
        if (per.Length == 0)
        {
            return main;
        }

        return main.Length == 0 ? "per_" + per : main + "_per_" + per;
    }

    // A suffix that the name has already is cut off, with the letter before it, and stands at the end then: "x.total" is "x_total".
    private string Kept(string name, string unit, MetricKind kind, bool isSum)
    {
        string result = prefix.Length > 0 ? prefix + "_" + name : name;
        if (!addSuffixes || name.Length == 0)
        {
            return name.Length == 0 ? "" : result;
        }

        string last = kind == MetricKind.Counter ? "total" : kind == MetricKind.Gauge && unit == "1" && !isSum ? "ratio" : "";
        string per = PerUnit(unit, keepLetters: true);
        string perSuffix = per.Length > 0 ? "per_" + per : "";
        string main = MainUnit(unit, keepLetters: true);
        result = CutSuffix(CutSuffix(result, last), perSuffix);
        result = result.EndsWith(main, StringComparison.Ordinal) ? result : result + "_" + main;
        result = perSuffix.Length > 0 ? result + "_" + perSuffix : result;
        return last.Length > 0 ? result + "_" + last : result;
    }

    private static string CutSuffix(string name, string suffix) =>
        suffix.Length > 0 && name.Length > suffix.Length + 1 && name.EndsWith(suffix, StringComparison.Ordinal)
            ? name[..^(suffix.Length + 1)]
            : name;

    private string WithoutSuffixes(string name)
    {
        string result = JoinFields(name, keepUnderscores: true);
        return prefix.Length > 0 ? prefix + "_" + result : GuardFirst(result);
    }

    private string WithSuffixes(string name, string unit, MetricKind kind, bool isSum)
    {
        List<string> tokens = Split(name, keepUnderscores: false);
        string main = MainUnit(unit);
        string per = PerUnit(unit);
        if (main.Length > 0 && !tokens.Contains(main))
        {
            tokens.Add(main);
        }

        if (per.Length > 0 && !tokens.Contains(per))
        {
            tokens.Add("per");
            tokens.Add(per);
        }

        if (kind == MetricKind.Counter)
        {
            MoveToEnd(tokens, "total");
        }
        else if (kind == MetricKind.Gauge && unit == "1" && !isSum)
        {
            MoveToEnd(tokens, "ratio");
        }

        if (prefix.Length > 0)
        {
            tokens.Insert(0, prefix);
        }

        return GuardFirst(string.Join('_', tokens));
    }

    private static void MoveToEnd(List<string> tokens, string token)
    {
        tokens.RemoveAll(candidate => candidate == token);
        tokens.Add(token);
    }

    private static string MainUnit(string unit, bool keepLetters = false)
    {
        int slash = unit.IndexOf('/', StringComparison.Ordinal);
        return Word(slash < 0 ? unit : unit[..slash], MainUnits, keepLetters);
    }

    private static string PerUnit(string unit, bool keepLetters = false)
    {
        int slash = unit.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? "" : Word(unit[(slash + 1)..], PerUnits, keepLetters);
    }

    // A part in braces is a remark ({request}) and no unit.
    private static string Word(string part, FrozenDictionary<string, string> words, bool keepLetters)
    {
        string trimmed = part.Trim();
        if (trimmed.AsSpan().IndexOfAny('{', '}') >= 0)
        {
            return "";
        }

        return words.TryGetValue(trimmed, out string? word) ? word
            : keepLetters ? trimmed
            : JoinFields(trimmed, keepUnderscores: false);
    }

    private static string JoinFields(string text, bool keepUnderscores) => string.Join('_', Split(text, keepUnderscores));

    private static List<string> Split(string text, bool keepUnderscores)
    {
        List<string> tokens = [];
        int start = -1;
        for (int at = 0; at < text.Length; at++)
        {
            char letter = text[at];
            if (char.IsAsciiLetterOrDigit(letter) || letter == ':' || (keepUnderscores && letter == '_'))
            {
                start = start < 0 ? at : start;
            }
            else if (start >= 0)
            {
                tokens.Add(text[start..at]);
                start = -1;
            }
        }

        if (start >= 0)
        {
            tokens.Add(text[start..]);
        }

        return tokens;
    }

    private static string GuardFirst(string name) => name.Length > 0 && char.IsAsciiDigit(name[0]) ? "_" + name : name;
}
