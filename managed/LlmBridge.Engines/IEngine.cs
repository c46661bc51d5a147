using System.Runtime.CompilerServices;
using System.Text;

namespace LlmBridge.Engines;

/// <summary>An engine: what answers llmbridge's calls. Implement what it can do; the rest is "unsupported". Requests
/// run at once, as many as the setting slots says, on the thread pool.</summary>
public interface IEngine
{
    /// <summary>The engine's name, such as "echo".</summary>
    string Name { get; }

    /// <summary>The engine's own version, for information.</summary>
    string Version => "1";

    /// <summary>True when a request whose engine died may be begun anew: nothing happens twice by it.</summary>
    bool Repeats => false;

    /// <summary>True when requests may have effects elsewhere, so that no error of one that was begun says that a retry
    /// is safe.</summary>
    bool Acts => false;

    /// <summary>Gets ready. An <see cref="EngineException"/> is told to everybody who waits for the engine.</summary>
    /// <returns>What the engine says of itself and its model: a JSON object.</returns>
    ValueTask<string> LoadAsync(EngineSetup setup) => new("{}");

    /// <summary>The answer, piece by piece.</summary>
    IAsyncEnumerable<string> GenerateAsync(EngineRequest request, CancellationToken cancellationToken) =>
        throw EngineException.Unsupported($"the engine {Name} does not generate text");

    /// <summary>The same as UTF-8, for engines whose pieces may end inside a character. A piece given out is not to be
    /// changed any more.</summary>
    async IAsyncEnumerable<ReadOnlyMemory<byte>> GenerateUtf8Async(
        EngineRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (string piece in GenerateAsync(request, cancellationToken).ConfigureAwait(false))
        {
            yield return Encoding.UTF8.GetBytes(piece);
        }
    }

    /// <summary>A vector for each of the request's texts, in order.</summary>
    IAsyncEnumerable<float[]> EmbedAsync(EngineRequest request, CancellationToken cancellationToken) =>
        throw EngineException.Unsupported($"the engine {Name} does not embed");

    /// <summary>How many tokens the request's prompt has.</summary>
    ValueTask<long> CountTokensAsync(EngineRequest request, CancellationToken cancellationToken) =>
        throw EngineException.Unsupported($"the engine {Name} does not count tokens");

    /// <summary>The numbers of the tokens of the request's prompt.</summary>
    ValueTask<IReadOnlyList<int>> TokenizeAsync(EngineRequest request, CancellationToken cancellationToken) =>
        throw EngineException.Unsupported($"the engine {Name} does not tell tokens");

    /// <summary>The text of tokens.</summary>
    ValueTask<string> DetokenizeAsync(
        EngineRequest request, IReadOnlyList<int> tokens, CancellationToken cancellationToken) =>
        throw EngineException.Unsupported($"the engine {Name} makes no text of tokens");

    /// <summary>The result of a method, as JSON.</summary>
    ValueTask<string> InvokeAsync(
        EngineRequest request, string method, string? parametersJson, CancellationToken cancellationToken) =>
        throw EngineException.Unsupported($"the engine {Name} has no methods");
}
