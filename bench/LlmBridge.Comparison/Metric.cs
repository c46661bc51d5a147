namespace LlmBridge.Comparison;

/// <summary>What a model is for.</summary>
internal enum ModelKind
{
    /// <summary>The demonstration model: so quick that what is around it shows.</summary>
    Tiny,

    /// <summary>135 million parameters, Q8_0.</summary>
    Speed,

    /// <summary>An encoder for embeddings.</summary>
    Embedding,
}

/// <summary>One thing that is measured in every way.</summary>
/// <param name="Key">Its name in the results.</param>
/// <param name="Title">Its name on the page.</param>
/// <param name="Model">What it is measured with.</param>
/// <param name="Unit">ms, tokens/s or texts/s.</param>
/// <param name="Order">The order to the hosts; null for what is measured in fresh hosts.</param>
/// <param name="Width">Streams or texts in one round.</param>
/// <param name="Tokens">Tokens in each stream.</param>
internal sealed record Metric(
    string Key, string Title, ModelKind Model, string Unit, string? Order = null, int Width = 1, int Tokens = 1)
{
    private const int LongAnswer = 64;

    public static IReadOnlyList<Metric> All { get; } =
    [
        new("one_token_tiny", "1.3 M parameters", ModelKind.Tiny, "ms", "generate"),
        new("one_token", "135 M parameters", ModelKind.Speed, "ms", "generate"),
        new("tokens_1", "1 stream", ModelKind.Speed, "tokens/s", "generate", 1, LongAnswer),
        new("tokens_2", "2 streams", ModelKind.Speed, "tokens/s", "generate", 2, LongAnswer),
        new("tokens_4", "4 streams", ModelKind.Speed, "tokens/s", "generate", 4, LongAnswer),
        new("tokens_8", "8 streams", ModelKind.Speed, "tokens/s", "generate", 8, LongAnswer),
        new("embed_1", "one text a call", ModelKind.Embedding, "texts/s", "embed"),
        new("embed_64", "64 texts a call", ModelKind.Embedding, "texts/s", "embed", 64),
        new("cold_start_tiny", "1.3 M parameters", ModelKind.Tiny, "ms"),
        new("cold_start", "135 M parameters", ModelKind.Speed, "ms"),
        new("recover_tiny", "1.3 M parameters", ModelKind.Tiny, "ms"),
        new("recover", "135 M parameters", ModelKind.Speed, "ms"),
    ];

    public static Metric Of(string key) => All.Single(metric => metric.Key == key);

    /// <summary>A round's time in the metric's unit.</summary>
    public double Value(double seconds, Outcome outcome) => Unit switch
    {
        "ms" => seconds * 1000,
        "tokens/s" => outcome.Tokens / seconds,
        _ => Width / seconds,
    };
}
