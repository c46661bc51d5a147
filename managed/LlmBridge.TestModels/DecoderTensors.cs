using LlmBridge.TestModels.Gguf;

namespace LlmBridge.TestModels;

/// <summary>The tensors of the architectures that continue a text: llama, qwen2, gemma, gemma2, phi3.</summary>
internal static class DecoderTensors
{
    internal static void Add(GgufWriter writer, ModelShape shape, RandomWeights weights, Vocabulary vocabulary)
    {
        ArgumentNullException.ThrowIfNull(writer);
        // Where the answer is read off the embedding itself, the rows must be zero there already.
        bool tied = shape.TiedOutput || shape.Architecture is "gemma" or "gemma2";
        weights.Embedding("token_embd.weight", shape.Width, vocabulary.Count, tied ? vocabulary.IsText : null);
        weights.Vector("output_norm.weight", shape.Width, 1);
        if (!tied)
        {
            weights.Matrix("output.weight", shape.Width, vocabulary.Count, vocabulary.IsText);
        }

        for (int layer = 0; layer < shape.Layers; layer++)
        {
            AddBlock(shape, weights, $"blk.{layer}.");
        }
    }

    private static void AddBlock(ModelShape shape, RandomWeights weights, string block)
    {
        weights.Vector(block + "attn_norm.weight", shape.Width, 1);
        if (shape.Architecture == "gemma2")
        {
            weights.Vector(block + "post_attention_norm.weight", shape.Width, 1);
            weights.Vector(block + "post_ffw_norm.weight", shape.Width, 1);
        }

        if (shape.Architecture == "phi3")
        {
            weights.Matrix(block + "attn_qkv.weight", shape.Width, shape.Width + (2 * shape.WidthKeyValue));
        }
        else
        {
            weights.Matrix(block + "attn_q.weight", shape.Width, shape.Width);
            weights.Matrix(block + "attn_k.weight", shape.Width, shape.WidthKeyValue);
            weights.Matrix(block + "attn_v.weight", shape.Width, shape.WidthKeyValue);
        }

        if (shape.Architecture == "qwen2")
        {
            weights.Vector(block + "attn_q.bias", shape.Width, 0);
            weights.Vector(block + "attn_k.bias", shape.WidthKeyValue, 0);
            weights.Vector(block + "attn_v.bias", shape.WidthKeyValue, 0);
        }

        weights.Matrix(block + "attn_output.weight", shape.Width, shape.Width);
        weights.Vector(block + "ffn_norm.weight", shape.Width, 1);
        bool fused = shape.Architecture == "phi3"; // gate and up in one matrix
        if (!fused)
        {
            weights.Matrix(block + "ffn_gate.weight", shape.Width, shape.FeedForward);
        }

        weights.Matrix(block + "ffn_up.weight", shape.Width, shape.FeedForward * (fused ? 2 : 1));
        weights.Matrix(block + "ffn_down.weight", shape.FeedForward, shape.Width);
    }
}
