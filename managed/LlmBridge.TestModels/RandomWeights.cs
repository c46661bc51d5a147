using LlmBridge.TestModels.Gguf;

namespace LlmBridge.TestModels;

/// <summary>Adds tensors of random numbers; every tensor's numbers depend on the seed and its name alone.</summary>
internal sealed class RandomWeights(GgufWriter writer, ModelShape shape, ulong seed)
{
    /// <summary>A matrix whose outputs are about as large as its inputs. Rows that are not kept are zero.</summary>
    internal void Matrix(string name, int columns, int rows, Func<int, bool>? keepRow = null)
    {
        var numbers = new RandomNumbers(SeedOf(name));
        float scale = 1 / MathF.Sqrt(columns);
        writer.Add(new GgufTensor(name, shape.Type, [columns, rows], row =>
        {
            float[] values = Numbers(numbers, columns, scale);
            return keepRow is null || keepRow((int)row) ? values : new float[columns];
        }));
    }

    /// <summary>Token vectors, each number about 1.</summary>
    internal void Embedding(string name, int columns, int rows, Func<int, bool>? keepRow = null)
    {
        var numbers = new RandomNumbers(SeedOf(name));
        writer.Add(new GgufTensor(name, shape.Type, [columns, rows], row =>
        {
            float[] values = Numbers(numbers, columns, 1);
            return keepRow is null || keepRow((int)row) ? values : new float[columns];
        }));
    }

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
