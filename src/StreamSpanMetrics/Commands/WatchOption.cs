using System.CommandLine;
using StreamSpanMetrics.Configuration;

namespace StreamSpanMetrics.Commands;

/// <summary>The option <c>--watch[=2s]</c> of views: look again and again.</summary>
internal sealed class WatchOption : Option<string?>
{
    private static readonly TimeSpan DefaultInterval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LeastInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>The option.</summary>
    public WatchOption()
        : base("--watch")
    {
        Description = "Look again after this time (2s if none is given) until Ctrl-C: redrawn in a terminal, one after the other elsewhere.";
        HelpName = "DURATION";
        Arity = ArgumentArity.ZeroOrOne;
        Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && !TryParse(result.Tokens[0].Value, out _))
            {
                result.AddError($"--watch must be a duration of at least 100ms such as 2s or 1m, not '{result.Tokens[0].Value}'.");
            }
        });
    }

    /// <summary>The time between two looks; null without the option.</summary>
    public TimeSpan? Interval(ParseResult parsed)
    {
        if (parsed.GetResult(this) is not { Implicit: false } given)
        {
            return null;
        }

        return given.Tokens.Count > 0 && TryParse(given.Tokens[0].Value, out TimeSpan interval) ? interval : DefaultInterval;
    }

    private static bool TryParse(string text, out TimeSpan interval)
    {
        bool isDuration = GoDuration.TryParse(text, out long nanos);
        interval = TimeSpan.FromTicks(nanos / TimeSpan.NanosecondsPerTick);
        return isDuration && interval >= LeastInterval;
    }
}
