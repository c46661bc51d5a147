using LlmBridge.TestModels.Gguf;

namespace LlmBridge.TestModels;

/// <summary>The sizes of a model and the metadata that follows from them.</summary>
internal sealed record ModelShape
{
    internal required string Architecture { get; init; }

    internal required string Name { get; init; }

    internal required int Width { get; init; }

    internal required int Heads { get; init; }

    internal required int HeadsKeyValue { get; init; }

    internal required int FeedForward { get; init; }

    internal required int Layers { get; init; }

    internal required int Context { get; init; }

    internal required TensorType Type { get; init; }

    /// <summary>The answer is read off the token vectors themselves, without a matrix of its own.</summary>
    internal bool TiedOutput { get; init; }

    /// <summary>How large the numbers of token vectors are.</summary>
    internal float EmbeddingSize { get; init; } = 1;

    /// <summary>What norms add before they divide.</summary>
    internal float NormEpsilon { get; init; } = 1e-5f;

    internal int HeadSize => Width / Heads;

    internal int WidthKeyValue => HeadSize * HeadsKeyValue;

    internal void WriteMetadata(GgufWriter writer, int vocabularySize)
    {
        writer.Add("general.architecture", Architecture)
            .Add("general.name", Name)
            .Add("general.file_type", FileType())
            .Add($"{Architecture}.context_length", (uint)Context)
            .Add($"{Architecture}.embedding_length", (uint)Width)
            .Add($"{Architecture}.block_count", (uint)Layers)
            .Add($"{Architecture}.feed_forward_length", (uint)FeedForward)
            .Add($"{Architecture}.attention.head_count", (uint)Heads)
            .Add($"{Architecture}.attention.head_count_kv", (uint)HeadsKeyValue)
            .Add($"{Architecture}.attention.layer_norm_rms_epsilon", NormEpsilon)
            .Add($"{Architecture}.attention.layer_norm_epsilon", NormEpsilon)
            .Add($"{Architecture}.attention.key_length", (uint)HeadSize)
            .Add($"{Architecture}.attention.value_length", (uint)HeadSize)
            .Add($"{Architecture}.rope.dimension_count", (uint)HeadSize)
            .Add($"{Architecture}.vocab_size", (uint)vocabularySize);
    }

    internal GgufTensor Ones(string name)
    {
        var row = new float[Width];
        Array.Fill(row, 1f);
        return new GgufTensor(name, TensorType.F32, [Width], _ => row);
    }

    // llama.cpp's numbers for "mostly this type".
    private uint FileType() => Type switch
    {
        TensorType.F32 => 0,
        TensorType.F16 => 1,
        TensorType.Q40 => 2,
        _ => 7,
    };
}
