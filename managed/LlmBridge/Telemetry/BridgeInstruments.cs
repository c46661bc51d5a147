using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using Measurements = System.Collections.Generic.IEnumerable<System.Diagnostics.Metrics.Measurement<long>>;

namespace LlmBridge;

/// <summary>The statistics of all open clients as instruments, read when a listener asks for them. Each client is told
/// from the others by a number.</summary>
internal static class BridgeInstruments
{
    // Weak, so that a client that nobody disposes of is not kept alive by being counted.
    private static readonly ConditionalWeakTable<LlmClient, object> s_clients = [];
    private static long s_lastClient;

    static BridgeInstruments()
    {
        Meter meter = CallInstruments.Meter;
        meter.CreateObservableCounter("llmbridge.calls.started", () => Observe(s => [One(s.CallsStarted)]), "{call}",
            "Calls that were accepted.");
        meter.CreateObservableCounter("llmbridge.calls.refused", () => Observe(s => [One(s.CallsRefused)]), "{call}",
            "Calls that were turned away.");
        meter.CreateObservableCounter(
            "llmbridge.calls.ended", () => Observe(Ended), "{call}", "Calls that have ended, by status.");
        meter.CreateObservableCounter("llmbridge.calls.recovered", () => Observe(Recovered), "{call}",
            "Calls that outlived their engine, by how.");
        meter.CreateObservableUpDownCounter("llmbridge.calls.active", () => Observe(s => [One(s.CallsActive)]),
            "{call}", "Calls that an engine is working on.");
        meter.CreateObservableUpDownCounter("llmbridge.calls.queued", () => Observe(s => [One(s.CallsQueued)]),
            "{call}", "Calls that wait for a free slot.");
        meter.CreateObservableCounter("llmbridge.engines.started", () => Observe(s => [One(s.Engines.Started)]),
            "{process}", "Engine processes that were asked for.");
        meter.CreateObservableCounter("llmbridge.engines.ended", () => Observe(EnginesEnded), "{process}",
            "Engine processes that have ended, by cause.");
        meter.CreateObservableUpDownCounter(
            "llmbridge.workers", () => Observe(Workers), "{process}", "Engine processes, by state.");
        meter.CreateObservableGauge("llmbridge.breaker.state", () => Observe(s => [One((long)s.Breaker)]), null,
            "0 closed, 1 open, 2 half open.");
        CallInstruments.EndWithTheirContext();
    }

    public static void Add(LlmClient client) => s_clients.Add(client, Interlocked.Increment(ref s_lastClient));

    public static void Remove(LlmClient client) => s_clients.Remove(client);

    private static List<Measurement<long>> Observe(Func<LlmStatistics, Measurements> read)
    {
        var all = new List<Measurement<long>>();
        foreach ((LlmClient client, object number) in s_clients)
        {
            LlmStatistics statistics;
            try
            {
                statistics = client.GetStatistics();
            }
            catch (Exception e) when (e is ObjectDisposedException or LlmException)
            {
                continue; // it was closed meanwhile
            }
            foreach (Measurement<long> one in read(statistics))
            {
                all.Add(new Measurement<long>(one.Value, [.. one.Tags, new(TelemetryNames.Client, number)]));
            }
        }
        return all;
    }

    private static Measurement<long> One(long value) => new(value);

    private static Measurement<long> One(long value, string tag, string name) =>
        new(value, new KeyValuePair<string, object?>(tag, name));

    private static Measurements Ended(LlmStatistics s) =>
        s.CallsEnded.Select(ended => One(ended.Value, TelemetryNames.Status, ended.Key.Name()));

    private static Measurements Recovered(LlmStatistics s) =>
    [
        One(s.CallsMoved, TelemetryNames.Recovery, "moved"),
        One(s.CallsRepeated, TelemetryNames.Recovery, "repeated"),
        One(s.CallsResumed, TelemetryNames.Recovery, "resumed"),
    ];

    private static Measurements EnginesEnded(LlmStatistics s) =>
    [
        One(s.Engines.Retired, TelemetryNames.Cause, "retired"),
        One(s.Engines.Crashed, TelemetryNames.Cause, "crashed"),
        One(s.Engines.Hung, TelemetryNames.Cause, "hung"),
        One(s.Engines.Broken, TelemetryNames.Cause, "broken"),
        One(s.Engines.Refused, TelemetryNames.Cause, "refused"),
    ];

    private static Measurements Workers(LlmStatistics s) =>
        Enum.GetValues<LlmWorkerState>().Where(state => state != LlmWorkerState.None)
            .Select(state => One(s.Workers.Count(w => w.State == state), TelemetryNames.WorkerState, state.Name()));
}
