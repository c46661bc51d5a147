using LlmBridge.TestModels.Gguf;

namespace LlmBridge.TestModels;

/// <summary>The metadata and tensors of a BERT-type encoder.</summary>
internal static class BertTensors
{
    private const int TokenTypes = 2;

    // llama.cpp's numbers for how one vector comes of all tokens'.
    internal const uint PoolingMean = 1;
    internal const uint PoolingFirst = 2;

    internal static void WriteMetadata(GgufWriter writer, uint pooling)
    {
        writer.Add("bert.attention.causal", false).Add("bert.pooling_type", pooling);
        writer.Add("tokenizer.ggml.token_type_count", (uint)TokenTypes);
    }

    internal static void Add(GgufWriter writer, ModelShape shape, RandomWeights weights, int vocabularySize)
    {
        WriteMetadata(writer, PoolingMean);
        weights.Embedding("token_embd.weight", shape.Width, vocabularySize);
        weights.Vectors("token_types.weight", shape.Width, TokenTypes); // ggml aborts on it in a quantised type
        weights.Embedding("position_embd.weight", shape.Width, shape.Context);
        AddNorm(shape, weights, "token_embd_norm");
        for (int layer = 0; layer < shape.Layers; layer++)
        {
            string block = $"blk.{layer}.";
            foreach (string name in (string[])["attn_q", "attn_k", "attn_v", "attn_output"])
            {
                weights.Matrix($"{block}{name}.weight", shape.Width, shape.Width);
                weights.Vector($"{block}{name}.bias", shape.Width, 0);
            }

            AddNorm(shape, weights, block + "attn_output_norm");
            weights.Matrix(block + "ffn_up.weight", shape.Width, shape.FeedForward);
            weights.Vector(block + "ffn_up.bias", shape.FeedForward, 0);
            weights.Matrix(block + "ffn_down.weight", shape.FeedForward, shape.Width);
            weights.Vector(block + "ffn_down.bias", shape.Width, 0);
            AddNorm(shape, weights, block + "layer_output_norm");
        }
    }

    private static void AddNorm(ModelShape shape, RandomWeights weights, string name)
    {
        weights.Vector(name + ".weight", shape.Width, 1);
        weights.Vector(name + ".bias", shape.Width, 0);
    }
}
