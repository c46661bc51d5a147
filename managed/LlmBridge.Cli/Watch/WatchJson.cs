using System.Text.Json;

namespace LlmBridge.Cli;

/// <summary>A sample as one JSON object in one line.</summary>
internal static class WatchJson
{
    public static void Write(Stream output, WatchSample sample)
    {
        using (var json = new Utf8JsonWriter(output, Json.Options))
        {
            LlmStatistics statistics = sample.Statistics;
            json.WriteStartObject();
            json.WriteString("time", sample.Time);
            WriteWorkers(json, statistics.Workers);
            json.WriteNumber("load_progress", sample.LoadProgress);
            json.WriteString("breaker", statistics.Breaker.Name());
            WriteCalls(json, statistics);
            json.WriteStartObject("rates_per_s");
            json.WriteNumber("calls", Math.Round(sample.CallRate, 3));
            json.WriteNumber("completion_tokens", Math.Round(sample.TokenRate, 3));
            json.WriteEndObject();
            WriteTimes(json, "total_ms", statistics.TotalTime);
            WriteTimes(json, "first_token_ms", statistics.FirstTokenTime);
            WriteEngines(json, statistics.Engines);
            WriteProbe(json, sample.Probe);
            WriteEvents(json, sample.News);
            json.WriteEndObject();
        }
        output.WriteByte((byte)'\n');
    }

    private static void WriteWorkers(Utf8JsonWriter json, IReadOnlyList<LlmWorker> workers)
    {
        json.WriteStartArray("workers");
        foreach (LlmWorker worker in workers)
        {
            json.WriteStartObject();
            json.WriteNumber("place", worker.Place);
            json.WriteString("state", worker.State.Name());
            json.WriteNumber("pid", worker.ProcessId);
            json.WriteNumber("calls", worker.Calls);
            json.WriteNumber("served", worker.Served);
            Json.WriteMilliseconds(json, "ready_ms", worker.Ready);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteCalls(Utf8JsonWriter json, LlmStatistics statistics)
    {
        json.WriteStartObject("calls");
        json.WriteNumber("active", statistics.CallsActive);
        json.WriteNumber("queued", statistics.CallsQueued);
        json.WriteNumber("started", statistics.CallsStarted);
        json.WriteNumber("refused", statistics.CallsRefused);
        json.WriteNumber("moved", statistics.CallsMoved);
        json.WriteNumber("repeated", statistics.CallsRepeated);
        json.WriteNumber("resumed", statistics.CallsResumed);
        json.WriteStartObject("ended");
        foreach ((LlmStatus status, long count) in statistics.CallsEnded) json.WriteNumber(status.Name(), count);
        json.WriteEndObject();
        json.WriteNumber("prompt_tokens", statistics.Usage.PromptTokens);
        json.WriteNumber("completion_tokens", statistics.Usage.CompletionTokens);
        json.WriteEndObject();
    }

    private static void WriteTimes(Utf8JsonWriter json, string name, LlmHistogram times)
    {
        json.WriteStartObject(name);
        json.WriteNumber("count", times.Count);
        foreach ((string percentile, double share) in WatchLines.Percentiles)
        {
            if (times.Percentile(share) is { } time) Json.WriteMilliseconds(json, percentile, time);
            else json.WriteNull(percentile);
        }
        json.WriteEndObject();
    }

    private static void WriteEngines(Utf8JsonWriter json, LlmEngineCounts engines)
    {
        json.WriteStartObject("engines");
        json.WriteNumber("started", engines.Started);
        json.WriteNumber("ready", engines.Ready);
        json.WriteNumber("retired", engines.Retired);
        json.WriteNumber("crashed", engines.Crashed);
        json.WriteNumber("hung", engines.Hung);
        json.WriteNumber("broken", engines.Broken);
        json.WriteNumber("refused", engines.Refused);
        json.WriteEndObject();
    }

    private static void WriteProbe(Utf8JsonWriter json, WatchProbe? probe)
    {
        if (probe is null)
        {
            json.WriteNull("probe");
            return;
        }
        json.WriteStartObject("probe");
        json.WriteString("code", probe.Failure?.Code ?? LlmStatus.Ok.Name());
        if (probe.Failure is null) Json.WriteMilliseconds(json, "total_ms", probe.Total);
        else json.WriteString("message", probe.Failure.Message);
        json.WriteEndObject();
    }

    private static void WriteEvents(Utf8JsonWriter json, IReadOnlyList<LlmEvent> events)
    {
        json.WriteStartArray("events");
        foreach (LlmEvent one in events)
        {
            json.WriteStartObject();
            json.WriteNumber("sequence", one.Sequence);
            json.WriteString("time", one.Time);
            json.WriteString("kind", one.Kind.Name());
            json.WriteString("status", one.Status.Name());
            json.WriteNumber("pid", one.ProcessId);
            json.WriteString("exit", one.Exit);
            json.WriteNumber("call", one.CallId);
            json.WriteString("text", one.Text);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
