using System.Runtime.InteropServices;
using System.Text;

namespace LlmBridge.TestModels.Onnx;

/// <summary>A constant of an ONNX graph. Its rows are along the last dimension.</summary>
internal sealed record OnnxTensor(string Name, IReadOnlyList<int> Dimensions, bool IsFloat, ReadOnlyMemory<byte> Data)
{
    private const ulong TypeFloat = 1;

    // The numbers of the fields of TensorProto.
    private enum Field
    {
        Dimensions = 1,
        Type = 2,
        FloatData = 4,
        Name = 8,
        RawData = 9,
    }

    internal ReadOnlySpan<float> Floats =>
        IsFloat ? MemoryMarshal.Cast<byte, float>(Data.Span) : throw new InvalidDataException($"{Name}: not of floats");

    internal static OnnxTensor Read(ReadOnlyMemory<byte> bytes)
    {
        var dimensions = new List<int>();
        var message = new ProtobufMessage(bytes);
        string name = "";
        ulong type = 0;
        ReadOnlyMemory<byte> data = default;
        while (message.Next())
        {
            switch ((Field)message.Field)
            {
                case Field.Dimensions:
                    dimensions.AddRange(message.Numbers().Select(length => checked((int)length)));
                    break;
                case Field.Type:
                    type = message.Number;
                    break;
                case Field.Name:
                    name = Encoding.UTF8.GetString(message.Bytes.Span);
                    break;
                case Field.RawData:
                case Field.FloatData: // packed floats are stored like raw ones
                    data = message.Bytes;
                    break;
                default:
                    break;
            }
        }

        var tensor = new OnnxTensor(name, dimensions, type == TypeFloat, data);
        long count = dimensions.Aggregate(1L, (product, length) => checked(product * length));
        if (tensor.IsFloat && data.Length != count * sizeof(float))
        {
            throw new InvalidDataException($"{name}: {data.Length} bytes for {count} floats");
        }

        return tensor;
    }
}
