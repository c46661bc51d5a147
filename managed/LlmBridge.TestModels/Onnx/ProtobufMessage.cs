using System.Buffers.Binary;

namespace LlmBridge.TestModels.Onnx;

/// <summary>Reads the fields of one protobuf message in turn, as much of the format as ONNX files use.</summary>
internal sealed class ProtobufMessage(ReadOnlyMemory<byte> bytes)
{
    private const int VarintBitsMax = 64;

    private ReadOnlyMemory<byte> _rest = bytes;

    // The format's numbers for how a field's value is stored.
    private enum Wire
    {
        Varint = 0,
        Fixed64 = 1,
        Bytes = 2,
        Fixed32 = 5,
    }

    /// <summary>The number of the field that <see cref="Next"/> has come to.</summary>
    internal int Field { get; private set; }

    /// <summary>Its value, where that is a number.</summary>
    internal ulong Number { get; private set; }

    /// <summary>Its value, where that is text, bytes or a message.</summary>
    internal ReadOnlyMemory<byte> Bytes { get; private set; }

    /// <summary>Goes to the next field; false at the end.</summary>
    internal bool Next()
    {
        if (_rest.IsEmpty)
        {
            return false;
        }

        ulong tag = ReadVarint();
        Field = (int)(tag >> 3);
        Number = 0;
        Bytes = default;
        switch ((Wire)(tag & 7))
        {
            case Wire.Varint:
                Number = ReadVarint();
                break;
            case Wire.Bytes:
                Bytes = Take(ReadVarint());
                break;
            case Wire.Fixed32:
                Number = BinaryPrimitives.ReadUInt32LittleEndian(Take(sizeof(uint)).Span);
                break;
            case Wire.Fixed64:
                Number = BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong)).Span);
                break;
            default:
                throw new InvalidDataException($"protobuf: field {Field} is of the unknown type {tag & 7}");
        }

        return true;
    }

    /// <summary>The numbers of a repeated field, which stand one in each field or packed into one.</summary>
    internal IEnumerable<ulong> Numbers()
    {
        if (Bytes.IsEmpty)
        {
            yield return Number;
        }

        var packed = new ProtobufMessage(Bytes);
        while (!packed._rest.IsEmpty)
        {
            yield return packed.ReadVarint();
        }
    }

    private ReadOnlyMemory<byte> Take(ulong size)
    {
        if (size > (ulong)_rest.Length)
        {
            throw new InvalidDataException($"protobuf: field {Field} has {size} bytes, and {_rest.Length} are there");
        }

        ReadOnlyMemory<byte> taken = _rest[..(int)size];
        _rest = _rest[(int)size..];
        return taken;
    }

    private ulong ReadVarint()
    {
        ulong value = 0;
        for (int shift = 0; shift < VarintBitsMax; shift += 7)
        {
            byte next = Take(1).Span[0];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw new InvalidDataException("protobuf: a number of more than 64 bits");
    }
}
