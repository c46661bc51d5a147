using LlmBridge.Interop;

namespace LlmBridge;

/// <summary>The embeddings of a list of texts, put together from calls that embed a part of it each.</summary>
/// <param name="total">How many texts the list has.</param>
internal sealed class EmbeddingParts(int total)
{
    /// <summary>As many texts as one call embeds.</summary>
    public const int TextsMax = 4096;

    private LlmEmbeddings? _sum;

    public int Total => total;

    /// <summary>Where the next part begins.</summary>
    public int First => _sum?.Vectors.Count ?? 0;

    /// <summary>How many texts the next part has.</summary>
    public int Count => Math.Min(TextsMax, total - First);

    /// <summary>The embeddings of all texts; null while some are missing.</summary>
    public LlmEmbeddings? Whole => First == total ? _sum : null;

    /// <summary>Adds the embeddings of the next part. Vectors of two models cannot be compared, so it must be like the
    /// parts before.</summary>
    public void Add(LlmEmbeddings part)
    {
        if (_sum is null)
        {
            _sum = part;
            return;
        }
        if (part.Engine != _sum.Engine || part.Fallback != _sum.Fallback || part.Dimension != _sum.Dimension)
        {
            NativeStatus.Throw(LlmStatus.OutputInvalid, LlmPhase.Embed,
                $"the engine {part.Engine} made vectors of {part.Dimension} numbers, "
                + $"and {_sum.Engine} before it of {_sum.Dimension}: these cannot be compared");
        }
        LlmTimings before = _sum.Timings, now = part.Timings;
        _sum = new LlmEmbeddings
        {
            Engine = _sum.Engine,
            Fallback = _sum.Fallback,
            Vectors = [.. _sum.Vectors, .. part.Vectors],
            Usage = new LlmUsage(
                _sum.Usage.PromptTokens + part.Usage.PromptTokens,
                _sum.Usage.CompletionTokens + part.Usage.CompletionTokens),
            Timings = new LlmTimings(
                before.Queue + now.Queue, before.Start + now.Start, before.FirstToken, before.Total + now.Total),
            Attempts = Math.Max(_sum.Attempts, part.Attempts),
        };
    }

    /// <summary>The failure of the next part, with the part named: numbers in its message count from the part's
    /// beginning.</summary>
    public Exception Located(LlmException failure) => NativeStatus.ToException(failure.Error with
    {
        Message = $"texts {First + 1} to {First + Count} of {total}: {failure.Error.Message}",
    });
}
