using LlmBridge.TestModels.Gguf;

namespace LlmBridge.TestModels;

/// <summary>
/// Models to measure speed with: shapes that are in use, random weights, made in a second or two. Like
/// <see cref="RandomModel"/> they never end by themselves, and speak in valid UTF-8.
/// </summary>
internal static class SpeedModel
{
    private const ulong Seed = 135;
    private const int WriterTokens = 49152;
    private const int EncoderPieces = 30_000;

    /// <summary>As many tokens as llama 3 has.</summary>
    internal const int WideTokens = 128_256;

    // The shape of SmolLM-135M.
    internal static void WriteGenerating(string path, TensorType type, int tokens = WriterTokens)
    {
        var shape = new ModelShape
        {
            Architecture = "llama",
            Name = "speed 135M",
            Width = 576,
            Heads = 9,
            HeadsKeyValue = 3,
            FeedForward = 1536,
            Layers = 30,
            Context = 8192,
            Type = type,
            TiedOutput = true,
            EmbeddingSize = 0.05f, // with larger ones the last token would be the likeliest next one
        };
        var vocabulary = Vocabulary.OfSize(tokens);
        var writer = new GgufWriter();
        shape.WriteMetadata(writer, vocabulary.Count);
        vocabulary.WriteTo(writer);
        DecoderTensors.Add(writer, shape, new RandomWeights(writer, shape, Seed, blocksDirectly: true), vocabulary);
        writer.Write(path);
    }

    // The shape of bge-small.
    internal static void WriteEmbedding(string path, TensorType type)
    {
        var shape = new ModelShape
        {
            Architecture = "bert",
            Name = "speed embed 33M",
            Width = 384,
            Heads = 12,
            HeadsKeyValue = 12,
            FeedForward = 1536,
            Layers = 12,
            Context = 512,
            Type = type,
        };
        string[] words = WordPieces.Words(Syllables.Words(EncoderPieces));
        var writer = new GgufWriter();
        shape.WriteMetadata(writer, words.Length);
        WordPieces.WriteTo(writer, words);
        BertTensors.Add(writer, shape, new RandomWeights(writer, shape, Seed, blocksDirectly: true), words.Length);
        writer.Write(path);
    }
}
