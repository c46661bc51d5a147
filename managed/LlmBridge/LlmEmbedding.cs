namespace LlmBridge;

/// <summary>The vector of a text and what is known of how it came about.</summary>
public sealed class LlmEmbedding
{
    /// <summary>The vector; every number is finite.</summary>
    public required float[] Vector { get; init; }

    /// <summary>How many numbers it has.</summary>
    public int Dimension => Vector.Length;

    /// <summary>The engine that computed it, such as "llama".</summary>
    public required string Engine { get; init; }

    /// <summary>True when another engine than the first named computed it.</summary>
    public bool Fallback { get; init; }

    /// <summary>What the text cost in tokens.</summary>
    public LlmUsage Usage { get; init; }

    /// <summary>Where the time went.</summary>
    public LlmTimings Timings { get; init; }

    /// <summary>How many engines the call was given to; 1 is the normal case.</summary>
    public int Attempts { get; init; }

    /// <summary>The vector alone.</summary>
    public static implicit operator float[](LlmEmbedding embedding)
    {
        ArgumentNullException.ThrowIfNull(embedding);
        return embedding.Vector;
    }

    /// <summary>The vector alone.</summary>
    public float[] ToArray() => Vector;

    /// <summary>Of which dimension the vector is.</summary>
    public override string ToString() => $"{Engine}: a vector of {Dimension} numbers";
}
