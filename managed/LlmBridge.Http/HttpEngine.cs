using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using LlmBridge.Engines;
using LlmBridge.OpenAI;

namespace LlmBridge.Http;

/// <summary>The engine http: asks OpenAI-compatible servers. It knows nothing of a server before the first call, so
/// that a server that is down fails calls and not the engine.</summary>
internal sealed class HttpEngine : IEngine, IDisposable
{
    private readonly WorkingSigns _signs = new();
    private Replicas? _replicas;
    private int _retries;

    public string Name => "http";

    public async ValueTask<string> LoadAsync(EngineSetup setup)
    {
        try
        {
            IReadOnlyList<ServerUrl> urls = ServerUrl.ParseList(setup.Setting("url") ?? "");
            string? keyFile = setup.Setting("api_key_file");
            _retries = int.Parse(setup.Setting("retries") ?? "1", CultureInfo.InvariantCulture);
            _replicas = new Replicas(urls, new ServerOptions
            {
                Model = NullIfEmpty(setup.Setting("model")),
                ApiKey = string.IsNullOrEmpty(keyFile) ? null
                    : await ApiKeyFile.ReadAsync(keyFile).ConfigureAwait(false),
                TlsCaFile = NullIfEmpty(setup.Setting("tls_ca_file")),
            });
            return "{}";
        }
        catch (Exception e) when (e is FormatException or ServerException)
        {
            throw new EngineException(LlmStatus.InvalidArgument, e.Message);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new EngineException(LlmStatus.NotFound, $"api_key_file, tls_ca_file: {e.Message}");
        }
    }

    public async IAsyncEnumerable<string> GenerateAsync(
        EngineRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var question = new ChatQuestion
        {
            Prompt = request.Prompt,
            Settings = request.Settings,
            MaxTokens = long.Parse(request.Setting("max_tokens")!, CultureInfo.InvariantCulture),
            Temperature = double.Parse(request.Setting("temperature")!, CultureInfo.InvariantCulture),
        };
        RequestLimits limits = LimitsOf(request);
        var chat = new ChatRequest(_replicas!, question, limits);
        using IDisposable told = _signs.Tell(request, limits.Stall);
        IAsyncEnumerator<string> pieces = chat.AskAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using ConfiguredAsyncDisposable ended = pieces.ConfigureAwait(false);
        while (true)
        {
            try
            {
                if (!await pieces.MoveNextAsync().ConfigureAwait(false)) break;
            }
            catch (ServerException e)
            {
                throw Told(e);
            }
            yield return pieces.Current;
        }
        request.FinishReason = chat.End == ChatEnd.Length ? LlmFinishReason.Length : LlmFinishReason.Stop;
        request.ToolCalls = chat.ToolCalls;
        request.Reasoning = chat.Reasoning;
        request.PromptTokens = chat.PromptTokens ?? 0;
        request.CompletionTokens = chat.CompletionTokens;
        request.LogProbabilitiesJson = chat.OddsJson;
    }

    public async IAsyncEnumerable<float[]> EmbedAsync(
        EngineRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        RequestLimits limits = LimitsOf(request);
        var embeddings = new EmbeddingsRequest(_replicas!, limits);
        using IDisposable told = _signs.Tell(request, limits.Stall);
        foreach (string[] texts in request.Texts.Chunk(EmbeddingsRequest.TextsMax))
        {
            float[][] vectors;
            try
            {
                vectors = await embeddings.AskAsync(texts, cancellationToken).ConfigureAwait(false);
            }
            catch (ServerException e)
            {
                throw Told(e);
            }
            foreach (float[] vector in vectors) yield return vector;
        }
    }

    public void Dispose()
    {
        _signs.Dispose();
        _replicas?.Dispose();
    }

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private RequestLimits LimitsOf(EngineRequest request)
    {
        int stall = int.Parse(request.Setting("stall_timeout_ms") ?? "0", CultureInfo.InvariantCulture);
        return new RequestLimits
        {
            Stall = stall > 0 ? TimeSpan.FromMilliseconds(stall) : Timeout.InfiniteTimeSpan,
            Retries = _retries,
            Remaining = () => request.Remaining,
        };
    }

    private static EngineException Told(ServerException failure)
    {
        LlmStatus status = failure.Fault switch
        {
            ServerFault.Invalid => LlmStatus.InvalidArgument,
            ServerFault.ContextFull => LlmStatus.ContextFull,
            ServerFault.Overloaded => LlmStatus.Overloaded,
            ServerFault.Unavailable => LlmStatus.Unavailable,
            ServerFault.CutOff => LlmStatus.EngineCrashed,
            ServerFault.Stalled => LlmStatus.EngineHung,
            ServerFault.Malformed => LlmStatus.OutputInvalid,
            ServerFault.Unsupported => LlmStatus.Unsupported,
            _ => LlmStatus.EngineError,
        };
        return new EngineException(status, failure.Message)
        {
            Phase = ErrorBody.SaysLoading(failure.Message) ? LlmPhase.Start
                : failure.Fault == ServerFault.Malformed ? LlmPhase.Validate : null,
        };
    }
}
