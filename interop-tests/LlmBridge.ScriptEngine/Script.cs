using System.Collections;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;
using LlmBridge.Engines;

namespace LlmBridge.ScriptEngine;

/// <summary>Acts a script.</summary>
internal sealed class Script(string text) : IEngine
{
    private const int ChunkBytes = 32 * 1024;
    private readonly Step[] _steps = Step.ParseAll(text);

    public string Name => "script";

    public async ValueTask<string> LoadAsync(EngineSetup setup)
    {
        foreach (Step step in _steps)
        {
            if (step.Verb == "refuse") throw Failure(step);
            if (step.Verb != "slow_start") continue;
            for (int done = 0; done < step.Number(1); done += 10)
            {
                await Task.Delay(10);
                setup.Loading((double)done / step.Number(1));
            }
        }
        At("start");
        return """{"engine":"script"}""";
    }

    public async IAsyncEnumerable<ReadOnlyMemory<byte>> GenerateUtf8Async(
        EngineRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        int limit = int.Parse(request.Setting("max_tokens")!, CultureInfo.InvariantCulture), made = 0;
        request.PromptTokens = CountWords(request.Prompt);
        At("accept");
        await foreach (ReadOnlyMemory<byte> piece in PiecesAsync(request, cancellationToken))
        {
            yield return piece;
            At($"piece:{++made}");
            if (made < limit) continue;
            request.FinishReason = LlmFinishReason.Length;
            yield break;
        }
    }

    public async IAsyncEnumerable<float[]> EmbedAsync(
        EngineRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        At("accept");
        foreach (Step step in InTurn())
        {
            if (step.Verb == "nan") yield return [0, float.NaN, 0, 0, 0, 0, 0, 0];
            else if (step.Verb != "echo") DoPlain(step);
            else foreach (string text in request.Texts) yield return EchoVector(text);
        }
    }

    public ValueTask<long> CountTokensAsync(EngineRequest request, CancellationToken cancellationToken) =>
        new(CountWords(request.Prompt));

    public ValueTask<string> InvokeAsync(EngineRequest request, string method, string? parametersJson,
        CancellationToken cancellationToken) => new(method switch
        {
            "echo" => parametersJson ?? "null",
            "settings" => ToJson(request.Settings),
            "environment" => ToJson(Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(
                e => KeyValuePair.Create((string)e.Key, (string)e.Value!))),
            _ => throw new EngineException(LlmStatus.Unsupported, $"there is no method {method}"),
        });

    private async IAsyncEnumerable<ReadOnlyMemory<byte>> PiecesAsync(
        EngineRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (Step step in InTurn())
        {
            switch (step.Verb)
            {
                case "echo":
                    foreach (byte[] chunk in Encoding.UTF8.GetBytes(request.Prompt).Chunk(ChunkBytes))
                    {
                        yield return chunk;
                    }
                    break;
                case "pieces":
                    for (int i = 1; i <= step.Number(1); i++)
                    {
                        yield return Encoding.UTF8.GetBytes($"piece {i}\n");
                        await Task.Delay(step.Number(2), cancellationToken);
                    }
                    break;
                case "sleep":
                    for (int slept = 0; slept < step.Number(1); slept += 10)
                    {
                        request.Progress();
                        await Task.Delay(10, cancellationToken);
                    }
                    break;
                case "flood":
                    for (int left = step.Number(1); left > 0; left -= ChunkBytes)
                    {
                        yield return Encoding.ASCII.GetBytes(new string('x', Math.Min(ChunkBytes, left)));
                    }
                    break;
                case "bad_utf8":
                    yield return new byte[] { (byte)'b', (byte)'a', (byte)'d', 0xff, 0xfe };
                    break;
                case "raise":
                    throw new InvalidOperationException("the script says so");
                case "fail":
                    throw Failure(step);
                default:
                    DoPlain(step);
                    break;
            }
        }
    }

    private IEnumerable<Step> InTurn() => _steps.Where(s => s.Moment.Length == 0 && !s.IsOfStart);

    private void At(string moment)
    {
        foreach (Step step in _steps.Where(s => s.Moment == moment)) DoPlain(step);
    }

    private static void DoPlain(Step step)
    {
        switch (step.Verb)
        {
            case "hang":
                Thread.Sleep(Timeout.Infinite);
                break;
            case "signal":
                SetHandler(step.Number(1), 0); // the runtime's own would swallow some
                _ = Kill(Environment.ProcessId, step.Number(1));
                Thread.Sleep(Timeout.Infinite); // the signal may come to another thread
                break;
            case "exit":
                EndAtOnce(step.Number(1));
                break;
            default:
                throw new EngineException(LlmStatus.Unsupported, $"no step of this engine's: {step.Verb}");
        }
    }

    /// <summary>"fail context_full": with the status of that name.</summary>
    private static EngineException Failure(Step step) =>
        new(Enum.Parse<LlmStatus>(step.Words[1].Replace("_", "", StringComparison.Ordinal), ignoreCase: true),
            "the script says so");

    private static int CountWords(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length;

    private static float[] EchoVector(string text) =>
        [.. "abcdefg".Select(letter => (float)text.Count(c => c == letter)), Encoding.UTF8.GetByteCount(text)];

    private static string ToJson(IEnumerable<KeyValuePair<string, string>> pairs) =>
        new JsonObject(pairs.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)JsonValue.Create(p.Value))))
            .ToJsonString();

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int pid, int signal);

    [DllImport("libc", EntryPoint = "signal")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint SetHandler(int signal, nint handler);

    [DllImport("libc", EntryPoint = "_exit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern void EndAtOnce(int status);
}
