using System.Text.Json.Serialization;

namespace LlmBridge.Cli;

/// <summary>A sample as one JSON object in one line.</summary>
internal sealed record WatchJson(
    DateTimeOffset Time,
    IEnumerable<WatchWorkerJson> Workers,
    double LoadProgress,
    string Breaker,
    WatchCallsJson Calls,
    WatchRatesJson RatesPerS,
    WatchTimesJson TotalMs,
    WatchTimesJson FirstTokenMs,
    LlmEngineCounts Engines,
    WatchProbeJson? Probe,
    IEnumerable<WatchEventJson> Events)
{
    public static WatchJson Of(WatchSample sample)
    {
        LlmStatistics statistics = sample.Statistics;
        return new WatchJson(
            sample.Time,
            statistics.Workers.Select(WatchWorkerJson.Of),
            sample.LoadProgress,
            statistics.Breaker.Name(),
            WatchCallsJson.Of(statistics),
            new WatchRatesJson(Math.Round(sample.CallRate, 3), Math.Round(sample.TokenRate, 3)),
            WatchTimesJson.Of(statistics.TotalTime),
            WatchTimesJson.Of(statistics.FirstTokenTime),
            statistics.Engines,
            sample.Probe is { } probe ? WatchProbeJson.Of(probe) : null,
            sample.News.Select(WatchEventJson.Of));
    }
}

internal sealed record WatchWorkerJson(int Place, string State, long Pid, int Calls, long Served, double ReadyMs)
{
    public static WatchWorkerJson Of(LlmWorker worker) => new(
        worker.Place, worker.State.Name(), worker.ProcessId, worker.Calls, worker.Served,
        Json.Milliseconds(worker.Ready));
}

internal sealed record WatchCallsJson(
    long Active, long Queued, long Started, long Refused, long Moved, long Repeated, long Resumed,
    IReadOnlyDictionary<string, long> Ended, long PromptTokens, long CompletionTokens)
{
    public static WatchCallsJson Of(LlmStatistics statistics) => new(
        statistics.CallsActive, statistics.CallsQueued, statistics.CallsStarted, statistics.CallsRefused,
        statistics.CallsMoved, statistics.CallsRepeated, statistics.CallsResumed,
        statistics.CallsEnded.ToDictionary(ended => ended.Key.Name(), ended => ended.Value),
        statistics.Usage.PromptTokens, statistics.Usage.CompletionTokens);
}

internal sealed record WatchRatesJson(double Calls, double CompletionTokens);

/// <summary>How many, and the percentiles in milliseconds; null where there is none yet.</summary>
internal sealed record WatchTimesJson(long Count, double? P50, double? P90, double? P99)
{
    public static WatchTimesJson Of(LlmHistogram times)
    {
        double?[] found = [.. WatchLines.Percentiles.Select(percentile => Milliseconds(times, percentile.Share))];
        return new WatchTimesJson(times.Count, found[0], found[1], found[2]);
    }

    private static double? Milliseconds(LlmHistogram times, double share) =>
        times.Percentile(share) is { } time ? Json.Milliseconds(time) : null;
}

/// <summary>How long the probe took, or how it failed.</summary>
internal sealed record WatchProbeJson(
    string Code,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? TotalMs,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Message)
{
    public static WatchProbeJson Of(WatchProbe probe) => probe.Failure is { } failure
        ? new WatchProbeJson(failure.Code, null, failure.Message)
        : new WatchProbeJson(LlmStatus.Ok.Name(), Json.Milliseconds(probe.Total), null);
}

internal sealed record WatchEventJson(
    long Sequence, DateTimeOffset Time, string Kind, string Status, long Pid, string Exit, long Call, string Text)
{
    public static WatchEventJson Of(LlmEvent one) => new(
        one.Sequence, one.Time, one.Kind.Name(), one.Status.Name(), one.ProcessId, one.Exit, one.CallId, one.Text);
}
