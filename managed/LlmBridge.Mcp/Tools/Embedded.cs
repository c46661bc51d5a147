namespace LlmBridge.Mcp;

/// <summary>Vectors of texts that a few calls have made, one after the other: so that something is told in between, and
/// nobody else waits for all of them.</summary>
internal sealed record Embedded(IReadOnlyList<float[]> Vectors, string Engine, long PromptTokens)
{
    private const int TextsAtOnce = 64;

    public static async Task<Embedded> OfAsync(LlmClient client, IReadOnlyList<string> texts, ToolCall call)
    {
        var options = new CallOptions { Timeout = call.Limit };
        var vectors = new List<float[]>(texts.Count);
        string engine = "";
        long tokens = 0;
        while (vectors.Count < texts.Count)
        {
            string[] some = [.. texts.Skip(vectors.Count).Take(TextsAtOnce)];
            LlmEmbeddings part = await client.EmbedAsync(some, options, call.Cancelled);
            bool isAnother = vectors.Count > 0 && (part.Engine != engine || part.Dimension != vectors[0].Length);
            if (isAnother) throw Mixed(engine, part.Engine);
            engine = part.Engine;
            tokens += part.Usage.PromptTokens;
            vectors.AddRange(part.Vectors);
            await call.Progress.StepAsync($"{vectors.Count} of {texts.Count} texts");
        }
        return new Embedded(vectors, engine, tokens);
    }

    private static LlmException Mixed(string first, string second) => new(new LlmError
    {
        Status = LlmStatus.OutputInvalid,
        Phase = LlmPhase.Embed,
        Message = $"vectors of {first} and of {second}, which cannot be compared",
        RetrySafe = true,
    });
}
