using System.Buffers.Binary;

namespace LlmBridge.TestModels.Gguf;

/// <summary>Turns rows of floats into the bytes of a tensor type.</summary>
internal static class TensorEncoding
{
    /// <summary>Numbers that share one scale in the quantised types.</summary>
    internal const int BlockSize = 32;

    internal static long SizeOf(TensorType type, long count) => type switch
    {
        TensorType.F32 => count * 4,
        TensorType.F16 => count * 2,
        TensorType.Q80 => count / BlockSize * (2 + BlockSize),
        TensorType.Q40 => count / BlockSize * (2 + (BlockSize / 2)),
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    internal static bool NeedsWholeBlocks(TensorType type) => type is TensorType.Q40 or TensorType.Q80;

    internal static byte[] Encode(TensorType type, ReadOnlySpan<float> values)
    {
        var bytes = new byte[SizeOf(type, values.Length)];
        switch (type)
        {
            case TensorType.F32:
                for (int i = 0; i < values.Length; i++)
                {
                    BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * 4), values[i]);
                }

                break;
            case TensorType.F16:
                for (int i = 0; i < values.Length; i++)
                {
                    BinaryPrimitives.WriteHalfLittleEndian(bytes.AsSpan(i * 2), (Half)values[i]);
                }

                break;
            default:
                int blockBytes = (int)SizeOf(type, BlockSize);
                for (int block = 0; block < values.Length / BlockSize; block++)
                {
                    ReadOnlySpan<float> source = values.Slice(block * BlockSize, BlockSize);
                    Span<byte> target = bytes.AsSpan(block * blockBytes, blockBytes);
                    if (type == TensorType.Q80)
                    {
                        EncodeQ80(source, target);
                    }
                    else
                    {
                        EncodeQ40(source, target);
                    }
                }

                break;
        }

        return bytes;
    }

    // A scale, then 32 signed bytes: value = scale * byte.
    private static void EncodeQ80(ReadOnlySpan<float> source, Span<byte> target)
    {
        float largest = 0;
        foreach (float value in source)
        {
            largest = Math.Max(largest, Math.Abs(value));
        }

        float scale = largest / 127;
        BinaryPrimitives.WriteHalfLittleEndian(target, (Half)scale);
        for (int i = 0; i < BlockSize; i++)
        {
            int quant = scale == 0 ? 0 : (int)MathF.Round(source[i] / scale);
            target[2 + i] = unchecked((byte)(sbyte)Math.Clamp(quant, -127, 127));
        }
    }

    // A scale, then 32 nibbles: value = scale * (nibble - 8). The number furthest from zero is stored exactly, as -8.
    private static void EncodeQ40(ReadOnlySpan<float> source, Span<byte> target)
    {
        float extreme = 0;
        foreach (float value in source)
        {
            if (Math.Abs(value) > Math.Abs(extreme))
            {
                extreme = value;
            }
        }

        float scale = extreme / -8;
        BinaryPrimitives.WriteHalfLittleEndian(target, (Half)scale);
        for (int i = 0; i < BlockSize / 2; i++)
        {
            target[2 + i] = (byte)(Nibble(source[i], scale) | (Nibble(source[i + (BlockSize / 2)], scale) << 4));
        }
    }

    private static int Nibble(float value, float scale) =>
        scale == 0 ? 8 : Math.Clamp((int)MathF.Round(value / scale) + 8, 0, 15);
}
