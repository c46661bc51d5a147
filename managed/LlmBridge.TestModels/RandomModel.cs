using LlmBridge.TestModels.Gguf;

namespace LlmBridge.TestModels;

/// <summary>
/// A small model with seeded random weights, for tests that compare numbers. It speaks in letters and syllables and
/// never ends by itself: the rows of bytes and control tokens in its output matrix are zero, so that they are never the
/// likeliest.
/// </summary>
public sealed record RandomModel
{
    /// <summary>The architectures that can be made.</summary>
    public static IReadOnlyList<string> Architectures { get; } = ["llama", "qwen2", "gemma", "gemma2", "phi3", "bert"];

    /// <summary>One of <see cref="Architectures"/>.</summary>
    public string Architecture { get; init; } = "llama";

    /// <summary>How many tokens back every other layer of a gemma2 model sees.</summary>
    public const uint SlidingWindow = 64;

    /// <summary>The same seed gives the same file.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>How the matrices are stored.</summary>
    public TensorType Type { get; init; } = TensorType.F32;

    /// <summary>How many blocks.</summary>
    public int Layers { get; init; } = 2;

    /// <summary>The length of a token's vector, a multiple of 32 times the heads.</summary>
    public int Width { get; init; } = 128;

    /// <summary>How many attention heads; half as many for keys and values, where the architecture shares
    /// them.</summary>
    public int Heads { get; init; } = 4;

    /// <summary>The inner size of each block.</summary>
    public int FeedForward { get; init; } = 256;

    /// <summary>The context the model says it was trained for.</summary>
    public int Context { get; init; } = 2048;

    /// <summary>Writes the model.</summary>
    public void Write(string path)
    {
        if (!Architectures.Contains(Architecture))
        {
            throw new ArgumentException(
                $"no architecture {Architecture}; there are {string.Join(", ", Architectures)}");
        }

        var writer = new GgufWriter();
        bool isEncoder = Architecture == "bert";
        var shape = new ModelShape
        {
            Architecture = Architecture,
            Name = $"random {Seed}",
            Width = Width,
            Heads = Heads,
            HeadsKeyValue = isEncoder || Architecture == "phi3" ? Heads : Math.Max(1, Heads / 2),
            FeedForward = FeedForward,
            Layers = Layers,
            Context = Context,
            Type = Type,
        };
        var weights = new RandomWeights(writer, shape, Seed);
        if (isEncoder)
        {
            string[] words = WordPieces.Words(Syllables.All());
            shape.WriteMetadata(writer, words.Length);
            WordPieces.WriteTo(writer, words);
            BertTensors.Add(writer, shape, weights, words.Length);
        }
        else
        {
            var vocabulary = new Vocabulary(Syllables.All());
            shape.WriteMetadata(writer, vocabulary.Count);
            vocabulary.WriteTo(writer);
            if (Architecture == "gemma2") writer.Add("gemma2.attention.sliding_window", SlidingWindow);
            DecoderTensors.Add(writer, shape, weights, vocabulary);
        }

        writer.Write(path);
    }
}
