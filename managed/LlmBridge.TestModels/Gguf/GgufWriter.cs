using System.Text;

namespace LlmBridge.TestModels.Gguf;

/// <summary>Writes a GGUF file, version 3: metadata first, then tensors, each aligned to 32 bytes.</summary>
public sealed class GgufWriter
{
    private const int Alignment = 32;
    private const uint Version = 3;

    private readonly List<(string Key, object Value)> _metadata = [];
    private readonly List<GgufTensor> _tensors = [];

    // The format's numbers for the types of metadata values.
    private enum ValueType : uint
    {
        UInt32 = 4,
        Int32 = 5,
        Float32 = 6,
        Bool = 7,
        String = 8,
        Array = 9,
    }

    /// <summary>Adds a metadata value: uint, int, float, bool, string, or an array of one of these.</summary>
    public GgufWriter Add(string key, object value)
    {
        _ = TypeOf(value);
        _metadata.Add((key, value));
        return this;
    }

    /// <summary>Adds a tensor.</summary>
    public GgufWriter Add(GgufTensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        if (TensorEncoding.NeedsWholeBlocks(tensor.Type) && tensor.Dimensions[0] % TensorEncoding.BlockSize != 0)
        {
            throw new ArgumentException($"{tensor.Name}: rows of {tensor.Dimensions[0]} are not whole blocks of 32");
        }

        _tensors.Add(tensor);
        return this;
    }

    /// <summary>Writes the file. Tensors of zeros stay holes in it.</summary>
    public void Write(string path)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16);
        using var writer = new BinaryWriter(file, Encoding.UTF8);
        writer.Write("GGUF"u8);
        writer.Write(Version);
        writer.Write((ulong)_tensors.Count);
        writer.Write((ulong)_metadata.Count);
        foreach ((string key, object value) in _metadata)
        {
            WriteString(writer, key);
            WriteValue(writer, value);
        }

        long size = WriteDirectory(writer);
        writer.Flush();
        file.Position = Align(file.Position);
        long start = file.Position;
        long offset = 0;
        foreach (GgufTensor tensor in _tensors)
        {
            file.Position = start + offset;
            WriteRows(file, tensor);
            offset += Align(tensor.Size);
        }

        file.Flush();
        file.SetLength(start + size);
    }

    private static long Align(long position) => (position + Alignment - 1) / Alignment * Alignment;

    // Returns the size of all tensors together.
    private long WriteDirectory(BinaryWriter writer)
    {
        long offset = 0;
        foreach (GgufTensor tensor in _tensors)
        {
            WriteString(writer, tensor.Name);
            writer.Write((uint)tensor.Dimensions.Count);
            foreach (long length in tensor.Dimensions)
            {
                writer.Write((ulong)length);
            }

            writer.Write((uint)tensor.Type);
            writer.Write((ulong)offset);
            offset += Align(tensor.Size);
        }

        return offset;
    }

    private static void WriteRows(FileStream file, GgufTensor tensor)
    {
        if (tensor.Row is null && tensor.StoredRow is null)
        {
            return;
        }

        for (long row = 0; row < tensor.Count / tensor.Dimensions[0]; row++)
        {
            file.Write(tensor.StoredRow?.Invoke(row) ?? TensorEncoding.Encode(tensor.Type, tensor.Row!(row)));
        }
    }

    private static ValueType TypeOf(object value) => value switch
    {
        uint => ValueType.UInt32,
        int => ValueType.Int32,
        float => ValueType.Float32,
        bool => ValueType.Bool,
        string => ValueType.String,
        int[] or float[] or string[] => ValueType.Array,
        _ => throw new ArgumentException($"no metadata of type {value.GetType().Name}", nameof(value)),
    };

    private static void WriteString(BinaryWriter writer, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        writer.Write((ulong)bytes.Length);
        writer.Write(bytes);
    }

    private static void WriteValue(BinaryWriter writer, object value)
    {
        writer.Write((uint)TypeOf(value));
        if (value is not Array array)
        {
            WriteScalar(writer, value);
            return;
        }

        ValueType elements = ValueType.String;
        if (value is int[])
        {
            elements = ValueType.Int32;
        }
        else if (value is float[])
        {
            elements = ValueType.Float32;
        }

        writer.Write((uint)elements);
        writer.Write((ulong)array.Length);
        foreach (object element in array)
        {
            WriteScalar(writer, element);
        }
    }

    private static void WriteScalar(BinaryWriter writer, object value)
    {
        switch (value)
        {
            case uint number:
                writer.Write(number);
                break;
            case int number:
                writer.Write(number);
                break;
            case float number:
                writer.Write(number);
                break;
            case bool flag:
                writer.Write(flag);
                break;
            default:
                WriteString(writer, (string)value);
                break;
        }
    }
}
