using LlmBridge.TestModels.Gguf;

namespace LlmBridge.TestModels;

/// <summary>
/// Adds tensors of random numbers; every tensor's numbers depend on the seed and its name alone. Blocks of quantised
/// types can be made directly: much faster than by way of normally distributed numbers, for models that are large.
/// </summary>
internal sealed class RandomWeights(GgufWriter writer, ModelShape shape, ulong seed, bool blocksDirectly = false)
{
    /// <summary>A matrix whose outputs are about as large as its inputs. Rows that are not kept are zero.</summary>
    internal void Matrix(string name, int columns, int rows, Func<int, bool>? keepRow = null) =>
        AddRows(name, columns, rows, 1 / MathF.Sqrt(columns), keepRow);

    /// <summary>Token vectors, each number about as large as the shape says.</summary>
    internal void Embedding(string name, int columns, int rows, Func<int, bool>? keepRow = null) =>
        AddRows(name, columns, rows, shape.EmbeddingSize, keepRow);

    /// <summary>A vector of small numbers around a middle: biases around 0, norms around 1.</summary>
    internal void Vector(string name, int size, float middle)
    {
        var numbers = new RandomNumbers(SeedOf(name));
        writer.Add(new GgufTensor(name, TensorType.F32, [size],
            _ => [.. Numbers(numbers, size, 0.1f).Select(value => middle + value)]));
    }

    /// <summary>Vectors that are never quantised.</summary>
    internal void Vectors(string name, int size, int count)
    {
        var numbers = new RandomNumbers(SeedOf(name));
        writer.Add(new GgufTensor(name, TensorType.F32, [size, count], _ => Numbers(numbers, size, 1)));
    }

    private void AddRows(string name, int columns, int rows, float scale, Func<int, bool>? keepRow)
    {
        var numbers = new RandomNumbers(SeedOf(name));
        bool Keeps(long row) => keepRow is null || keepRow((int)row);
        var tensor = new GgufTensor(name, shape.Type, [columns, rows], null);
        writer.Add(blocksDirectly && TensorEncoding.NeedsWholeBlocks(shape.Type)
            ? tensor with { StoredRow = row => RandomBlocks.Row(shape.Type, columns, Keeps(row) ? scale : 0, numbers) }
            : tensor with
            {
                Row = row =>
                {
                    float[] values = Numbers(numbers, columns, scale);
                    return Keeps(row) ? values : new float[columns];
                },
            });
    }

    private static float[] Numbers(RandomNumbers numbers, int count, float scale)
    {
        var values = new float[count];
        for (int i = 0; i < count; i++)
        {
            values[i] = numbers.NextNormal() * scale;
        }

        return values;
    }

    // FNV-1a over the name, begun with the seed.
    private ulong SeedOf(string name) =>
        name.Aggregate(seed ^ 0xCBF29CE484222325, (hash, letter) => (hash ^ letter) * 0x100000001B3);
}
