using System.Globalization;
using System.Runtime.CompilerServices;
using LlmBridge;
using LlmBridge.Engines;

internal sealed class EchoEngine : IEngine
{
    public string Name => "echo";

    public bool Repeats => true;

    public async IAsyncEnumerable<string> GenerateAsync(
        EngineRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string[] words = request.Prompt.Split(' ');
        int limit = int.Parse(request.Setting("max_tokens")!, CultureInfo.InvariantCulture);
        request.PromptTokens = words.Length;
        for (int i = 0; i < Math.Min(words.Length, limit); i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return i == 0 ? words[i] : " " + words[i];
            await Task.Yield(); // where a model would compute
        }
        if (words.Length > limit) request.FinishReason = LlmFinishReason.Length;
    }

    public async IAsyncEnumerable<float[]> EmbedAsync(
        EngineRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (string text in request.Texts)
        {
            await Task.Yield();
            yield return [.. "abcdefg".Select(letter => (float)text.Count(c => c == letter)), text.Length];
        }
    }

    public ValueTask<long> CountTokensAsync(EngineRequest request, CancellationToken cancellationToken) =>
        new(request.Prompt.Split(' ').Length);

    public ValueTask<string> InvokeAsync(
        EngineRequest request, string method, string? parametersJson, CancellationToken cancellationToken) =>
        method == "echo"
            ? new(parametersJson ?? "null")
            : throw new EngineException(LlmStatus.Unsupported, $"there is no method {method}; allowed is echo");
}
