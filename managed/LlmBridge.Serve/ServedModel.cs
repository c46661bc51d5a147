using System.Text.Json;

namespace LlmBridge.Serve;

/// <summary>The one model that is served, and the client of llmbridge that answers with it.</summary>
internal sealed class ServedModel
{
    private Task? _starting;

    public ServedModel(LlmClient client, ServeOptions options)
    {
        Client = client;
        string engine = EngineOf(options.Settings);
        Name = options.ModelName ?? client.ModelId ?? engine;
        TakesRawPrompts = Takes(engine, "prompt_format");
    }

    public LlmClient Client { get; }

    /// <summary>What clients call it.</summary>
    public string Name { get; }

    /// <summary>Whether the engine can be told to put no chat template around a prompt.</summary>
    public bool TakesRawPrompts { get; }

    /// <summary>When the server was started, in seconds since 1970.</summary>
    public long Created { get; } = DateTimeOffset.UtcNow.ToUnixTimeSeconds();

    /// <summary>Whether the engine was ready once: it is started anew then whenever it is needed.</summary>
    public bool IsReady =>
        _starting is { IsCompletedSuccessfully: true } || Client.GetStatistics().Engines.Ready > 0;

    /// <summary>Why the engine could not be started; null where it could, or has not been yet.</summary>
    public LlmException? Failure { get; private set; }

    /// <summary>Starts the engine, so that the first request need not wait for it.</summary>
    public async Task StartAsync(CancellationToken cancelled)
    {
        Task starting = Client.StartAsync(cancelled);
        _starting = starting;
        try
        {
            await starting;
        }
        catch (LlmException e)
        {
            Failure = e;
            await Console.Error.WriteLineAsync($"llmbridge-serve: {e.Message}");
        }
        catch (OperationCanceledException)
        {
            // The server ends.
        }
    }

    /// <summary>In how many seconds a client that was turned away may find room: the calls before it, by the time that
    /// calls have taken.</summary>
    public int SecondsToWait()
    {
        LlmStatistics now = Client.GetStatistics();
        double mean = now.TotalTime.Count > 0 ? now.TotalTime.Sum.TotalSeconds / now.TotalTime.Count : 1;
        double seconds = mean * (now.CallsQueued + 1) / Math.Max(1, now.CallsActive);
        return (int)Math.Clamp(Math.Ceiling(seconds), 1, 60);
    }

    /// <summary>What the library's table of settings says of the engine.</summary>
    private static bool Takes(string engine, string setting)
    {
        using JsonDocument table = JsonDocument.Parse(LlmLibrary.SettingsJson);
        return table.RootElement.GetProperty("settings").EnumerateArray()
            .First(row => row.GetProperty("name").GetString() == setting)
            .GetProperty("engines").EnumerateArray().Any(name => name.GetString() == engine);
    }

    private static string EngineOf(IReadOnlyDictionary<string, string> settings) =>
        settings.TryGetValue("engine", out string? engine) ? engine
            : Environment.GetEnvironmentVariable("LLMBRIDGE_ENGINE") is { Length: > 0 } name ? name : "llama";
}
