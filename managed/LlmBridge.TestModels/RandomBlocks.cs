using System.Buffers.Binary;
using System.Runtime.InteropServices;
using LlmBridge.TestModels.Gguf;

namespace LlmBridge.TestModels;

/// <summary>Rows of quantised types, made as they are stored: the quants are random bits, and only the scale is
/// chosen.</summary>
internal static class RandomBlocks
{
    // The standard deviations of a random signed byte and of a random nibble.
    private const float ByteDeviation = 73.9f;
    private const float NibbleDeviation = 4.64f;

    internal static byte[] Row(TensorType type, int columns, float deviation, RandomNumbers numbers)
    {
        var row = new byte[TensorEncoding.SizeOf(type, columns)];
        int blockSize = (int)TensorEncoding.SizeOf(type, TensorEncoding.BlockSize);
        var scale = (Half)(deviation / (type == TensorType.Q80 ? ByteDeviation : NibbleDeviation));
        Span<ulong> quants = stackalloc ulong[TensorEncoding.BlockSize / sizeof(ulong)];
        for (int at = 0; at < row.Length; at += blockSize)
        {
            foreach (ref ulong bits in quants)
            {
                bits = numbers.Next();
            }

            // Of either sign: quants are half a step below zero in the middle, which must not add up along a row.
            BinaryPrimitives.WriteHalfLittleEndian(
                row.AsSpan(at), ulong.IsEvenInteger(numbers.Next()) ? scale : -scale);
            MemoryMarshal.AsBytes(quants)[..(blockSize - 2)].CopyTo(row.AsSpan(at + 2));
        }

        return row;
    }
}
