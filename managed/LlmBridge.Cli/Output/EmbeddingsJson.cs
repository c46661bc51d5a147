namespace LlmBridge.Cli;

/// <summary>The vectors of some texts as one JSON object.</summary>
internal sealed record EmbeddingsJson(
    int Dimension, IReadOnlyList<float[]> Embeddings, string Engine, bool Fallback, EmbeddingsUsageJson Usage,
    TimingsJson TimingsMs, int Attempts)
{
    public static EmbeddingsJson Of(LlmEmbeddings embeddings) => new(
        embeddings.Dimension, embeddings.Vectors, embeddings.Engine, embeddings.Fallback,
        new EmbeddingsUsageJson(embeddings.Usage.PromptTokens), TimingsJson.Of(embeddings.Timings),
        embeddings.Attempts);
}

internal sealed record EmbeddingsUsageJson(long PromptTokens);
