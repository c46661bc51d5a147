namespace LlmBridge;

/// <summary>The vectors of some texts and what is known of how they came about.</summary>
public sealed class LlmEmbeddings
{
    /// <summary>One vector for each text, in the order of the texts. All have one dimension; every number is
    /// finite.</summary>
    public required IReadOnlyList<float[]> Vectors { get; init; }

    /// <summary>How many numbers each vector has.</summary>
    public int Dimension => Vectors[0].Length;

    /// <summary>The engine that computed them, such as "llama".</summary>
    public required string Engine { get; init; }

    /// <summary>True when another engine than the first named computed them.</summary>
    public bool Fallback { get; init; }

    /// <summary>What the texts cost in tokens.</summary>
    public LlmUsage Usage { get; init; }

    /// <summary>Where the time went.</summary>
    public LlmTimings Timings { get; init; }

    /// <summary>How many engines the call was given to; 1 is the normal case.</summary>
    public int Attempts { get; init; }

    /// <summary>How many vectors there are, of which dimension.</summary>
    public override string ToString() => $"{Engine}: {Vectors.Count} vectors of {Dimension} numbers";
}
