namespace LlmBridge.TestModels.Gguf;

/// <summary>
/// One tensor of a model file. The first dimension is the length of a row. Without rows it is all zeros, which take no
/// room on disk.
/// </summary>
/// <param name="Name">Its name in the file, such as "blk.0.attn_q.weight".</param>
/// <param name="Type">How its numbers are stored.</param>
/// <param name="Dimensions">Lengths, the row's first.</param>
/// <param name="Row">Gives a row's numbers by its index.</param>
public sealed record GgufTensor(string Name, TensorType Type, IReadOnlyList<long> Dimensions, Func<long, float[]>? Row)
{
    /// <summary>Gives a row as it is stored, instead of <see cref="Row"/>.</summary>
    internal Func<long, byte[]>? StoredRow { get; init; }

    /// <summary>How many numbers it has.</summary>
    public long Count => Dimensions.Aggregate(1L, (product, length) => product * length);

    internal long Size => TensorEncoding.SizeOf(Type, Count);
}
