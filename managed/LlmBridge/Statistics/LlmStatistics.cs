using LlmBridge.Interop;

namespace LlmBridge;

/// <summary>What a client's bridge had done, and was doing, at one moment. Counters begin at 0 when the client is
/// opened and only grow.</summary>
public sealed class LlmStatistics
{
    internal LlmStatistics(in NativeStats stats)
    {
        Breaker = (LlmBreakerState)stats.breaker;
        CallsActive = (int)stats.calls_active;
        CallsQueued = (int)stats.calls_queued;
        CallsStarted = (long)stats.calls_started;
        CallsRefused = (long)stats.calls_refused;
        CallsEnded = ByStatus(stats.calls_ended);
        CallsMoved = (long)stats.calls_moved;
        CallsRepeated = (long)stats.calls_repeated;
        CallsResumed = (long)stats.calls_resumed;
        Usage = new LlmUsage((long)stats.prompt_tokens, (long)stats.completion_tokens);
        Engines = new LlmEngineCounts(
            (long)stats.engines_started, (long)stats.engines_ready, (long)stats.engines_retired,
            (long)stats.engines_crashed,
            (long)stats.engines_hung, (long)stats.engines_broken, (long)stats.engines_refused);
        TotalTime = new LlmHistogram(stats.total_ms, stats.total_ms_sum);
        FirstTokenTime = new LlmHistogram(stats.first_token_ms, stats.first_token_ms_sum);
        Workers = InUse(stats.workers);
    }

    /// <summary>Whether engines may be started.</summary>
    public LlmBreakerState Breaker { get; }

    /// <summary>Calls that engines have, also those that they were told to give up and have not yet.</summary>
    public int CallsActive { get; }

    /// <summary>Calls that wait for a free slot.</summary>
    public int CallsQueued { get; }

    /// <summary>Calls with good arguments. Each ends once.</summary>
    public long CallsStarted { get; }

    /// <summary>Calls that ended by being turned away: overloaded, unavailable.</summary>
    public long CallsRefused { get; }

    /// <summary>Calls that have ended, by how; Ok for those that succeeded. What never happened is not
    /// listed.</summary>
    public IReadOnlyDictionary<LlmStatus, long> CallsEnded { get; }

    /// <summary>Calls that succeeded.</summary>
    public long CallsSucceeded => CallsEnded.GetValueOrDefault(LlmStatus.Ok);

    /// <summary>Calls that ended in any other way.</summary>
    public long CallsFailed => CallsEnded.Values.Sum() - CallsSucceeded;

    /// <summary>How often a call went to another engine, the first not having begun it.</summary>
    public long CallsMoved { get; }

    /// <summary>How often one was begun anew after its engine had died.</summary>
    public long CallsRepeated { get; }

    /// <summary>How often one was continued in mid-answer after its engine had died.</summary>
    public long CallsResumed { get; }

    /// <summary>Tokens of the calls that succeeded; counting tokens adds none.</summary>
    public LlmUsage Usage { get; }

    /// <summary>What became of the engine processes.</summary>
    public LlmEngineCounts Engines { get; }

    /// <summary>Calls that succeeded, by their total time.</summary>
    public LlmHistogram TotalTime { get; }

    /// <summary>Calls to which something came, by the time to its first piece.</summary>
    public LlmHistogram FirstTokenTime { get; }

    /// <summary>The places that hold a process, or something of one.</summary>
    public IReadOnlyList<LlmWorker> Workers { get; }

    private static Dictionary<LlmStatus, long> ByStatus(ReadOnlySpan<ulong> ended)
    {
        var calls = new Dictionary<LlmStatus, long>();
        for (int i = 0; i < ended.Length; i++)
        {
            if (ended[i] > 0) calls[i == ended.Length - 1 ? LlmStatus.Internal : (LlmStatus)i] = (long)ended[i];
        }
        return calls;
    }

    private static List<LlmWorker> InUse(ReadOnlySpan<NativeWorker> places)
    {
        var workers = new List<LlmWorker>();
        for (int i = 0; i < places.Length; i++)
        {
            ref readonly NativeWorker place = ref places[i];
            if (place.state == (uint)LlmWorkerState.None) continue;
            workers.Add(new LlmWorker(
                i, (LlmWorkerState)place.state, place.pid, (int)place.calls, (long)place.served,
                TimeSpan.FromMilliseconds(place.ready_ms)));
        }
        return workers;
    }
}
