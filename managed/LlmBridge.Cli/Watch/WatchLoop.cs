using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace LlmBridge.Cli;

/// <summary>Looks at a client's bridge once an interval, and gives it a small call to do meanwhile. A probe that takes
/// longer than the interval is waited for, not doubled.</summary>
internal sealed class WatchLoop(LlmClient client, TimeSpan interval)
{
    private const string Question = "Who are you?";
    private static readonly CallOptions s_oneToken = new() { MaxOutputTokens = 1 };
    private bool _embedsOnly;

    public async IAsyncEnumerable<WatchSample> SamplesAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(interval);
        Task<WatchProbe?> probing = Task.FromResult<WatchProbe?>(null);
        try
        {
            WatchProbe? probe = null;
            WatchSample? last = null;
            long lastTime = Stopwatch.GetTimestamp();
            long lastEvent = 0;
            do
            {
                if (probing.IsCompleted) probe = await probing;
                long now = Stopwatch.GetTimestamp();
                last = Look(last, Stopwatch.GetElapsedTime(lastTime, now), probe, client.GetEvents(lastEvent));
                lastTime = now;
                if (last.News.Count > 0) lastEvent = last.News[^1].Sequence;
                yield return last;
                if (probing.IsCompleted) probing = ProbeAsync(cancellationToken);
            }
            while (await timer.WaitForNextTickAsync(cancellationToken));
        }
        finally
        {
            await probing;
        }
    }

    private WatchSample Look(WatchSample? last, TimeSpan elapsed, WatchProbe? probe, IReadOnlyList<LlmEvent> news)
    {
        LlmStatistics statistics = client.GetStatistics();
        return new WatchSample
        {
            Time = DateTimeOffset.Now,
            Statistics = statistics,
            LoadProgress = client.LoadProgress,
            CallRate = Rate(last, statistics, elapsed, s => s.CallsSucceeded + s.CallsFailed),
            TokenRate = Rate(last, statistics, elapsed, s => s.Usage.CompletionTokens),
            Probe = probe,
            News = news,
        };
    }

    private static double Rate(
        WatchSample? last, LlmStatistics now, TimeSpan elapsed, Func<LlmStatistics, long> count) =>
        last is null ? 0 : (count(now) - count(last.Statistics)) / elapsed.TotalSeconds;

    /// <summary>Null for a probe that was interrupted.</summary>
    private async Task<WatchProbe?> ProbeAsync(CancellationToken cancellationToken)
    {
        try
        {
            return new WatchProbe(
                _embedsOnly ? await EmbedAsync(cancellationToken) : await AskAsync(cancellationToken), null);
        }
        catch (LlmException e)
        {
            // A model or an engine that only embeds says so; from then on it is asked for what it can do.
            _embedsOnly |= e.Error.Status == LlmStatus.Unsupported;
            return new WatchProbe(TimeSpan.Zero, e.Error);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private async Task<TimeSpan> AskAsync(CancellationToken cancellationToken) =>
        (await client.AskAsync(Question, s_oneToken, cancellationToken)).Timings.Total;

    private async Task<TimeSpan> EmbedAsync(CancellationToken cancellationToken) =>
        (await client.EmbedAsync([Question], null, cancellationToken)).Timings.Total;
}
