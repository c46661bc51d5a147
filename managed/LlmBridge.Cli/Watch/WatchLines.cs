using System.Globalization;

namespace LlmBridge.Cli;

/// <summary>A sample as a line of text, and a line for each event.</summary>
internal static class WatchLines
{
    public static readonly (string Name, double Share)[] Percentiles = [("p50", 0.5), ("p90", 0.9), ("p99", 0.99)];

    private static readonly CultureInfo s_culture = CultureInfo.InvariantCulture;

    public static string Of(WatchSample sample)
    {
        LlmStatistics statistics = sample.Statistics;
        string state = string.Join("; ", [
            $"{Clock(sample.Time)}  {Workers(sample)}",
            string.Create(s_culture,
                $"{statistics.CallsSucceeded} answered, {sample.CallRate:0.0}/s, {sample.TokenRate:0.0} tokens/s"),
            string.Create(s_culture,
                $"{statistics.CallsFailed} failed, {statistics.CallsActive} active, {statistics.CallsQueued} queued"),
            Times(statistics.TotalTime),
            $"engines: {Engines(statistics.Engines)}",
            $"breaker {statistics.Breaker.Name()}",
            $"probe {Describe(sample.Probe)}"]);
        return string.Concat(sample.News.Select(Describe).Append(state).Select(line => line + "\n"));
    }

    public static string Clock(DateTimeOffset time) => time.ToString("HH:mm:ss", s_culture);

    /// <summary>Such as "1 ready, 1 loading 40 %".</summary>
    public static string Workers(WatchSample sample)
    {
        IReadOnlyList<LlmWorker> workers = sample.Statistics.Workers;
        if (workers.Count == 0) return "no engine";
        return string.Join(", ", workers.GroupBy(w => w.State).OrderBy(g => g.Key).Select(
            g => $"{g.Count()} {State(g.Key, sample.LoadProgress)}"));
    }

    public static string State(LlmWorkerState state, double loadProgress) =>
        state == LlmWorkerState.Loading ? string.Create(s_culture, $"loading {loadProgress * 100:0} %") : state.Name();

    /// <summary>Such as "p50 0.8 ms, p90 1.2 ms, p99 2.9 ms".</summary>
    public static string Times(LlmHistogram times) => times.Count == 0
        ? "no times yet"
        : string.Join(", ", Percentiles.Select(
            p => string.Create(s_culture, $"{p.Name} {Milliseconds(times.Percentile(p.Share)!.Value)}")));

    /// <summary>How many engines were started, and what became of those that are no more.</summary>
    public static string Engines(LlmEngineCounts engines)
    {
        (string Cause, long Count)[] causes =
            [
                ("crashed", engines.Crashed), ("hung", engines.Hung), ("broken", engines.Broken),
                ("refused", engines.Refused), ("retired", engines.Retired),
            ];
        string told = string.Join(
            ", ", causes.Where(c => c.Count > 0).Select(c => string.Create(s_culture, $"{c.Count} {c.Cause}")));
        return string.Create(s_culture, $"{engines.Started} started") + (told.Length > 0 ? ", " + told : "");
    }

    public static string Describe(LlmEvent one)
    {
        string[] parts =
        [
            Clock(one.Time),
            one.Kind.Name(),
            one.ProcessId == 0 ? "" : string.Create(s_culture, $"engine {one.ProcessId}"),
            one.CallId == 0 ? "" : string.Create(s_culture, $"call {one.CallId}"),
            one.Status == LlmStatus.Ok ? "" : one.Status.Name(),
            one.Exit,
            Printable(one.Text),
        ];
        return string.Join("  ", parts.Where(p => p.Length > 0));
    }

    public static string Describe(WatchProbe? probe) => probe switch
    {
        null => "not yet",
        { Failure: { } failure } => $"failed: {failure.Code}: {Printable(failure.Message)}",
        _ => Milliseconds(probe.Total),
    };

    private static string Milliseconds(TimeSpan time) => string.Create(s_culture, $"{time.TotalMilliseconds:0.##} ms");

    /// <summary>An engine's words must not steer the terminal, and an event is one line.</summary>
    private static string Printable(string text) => TerminalText.OneLine(TerminalText.Escape(text));
}
