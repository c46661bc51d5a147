using System.Text;

namespace LlmBridge.TestModels.Onnx;

/// <summary>One operation of a graph: which, of what, giving what.</summary>
internal sealed record OnnxNode(string Operation, IReadOnlyList<string> Inputs, IReadOnlyList<string> Outputs);

/// <summary>The operations and constants of an ONNX file.</summary>
internal sealed class OnnxGraph
{
    private const int ModelGraph = 7; // the number of the field of ModelProto

    private OnnxGraph(IReadOnlyList<OnnxNode> nodes, Dictionary<string, OnnxTensor> constants) =>
        (Nodes, Constants) = (nodes, constants);

    // The numbers of the fields of GraphProto.
    private enum GraphField
    {
        Node = 1,
        Initializer = 5,
    }

    // The numbers of the fields of NodeProto.
    private enum NodeField
    {
        Input = 1,
        Output = 2,
        Operation = 4,
    }

    internal IReadOnlyList<OnnxNode> Nodes { get; }

    internal IReadOnlyDictionary<string, OnnxTensor> Constants { get; }

    internal static OnnxGraph Read(ReadOnlyMemory<byte> file)
    {
        var nodes = new List<OnnxNode>();
        var constants = new Dictionary<string, OnnxTensor>(StringComparer.Ordinal);
        var graph = new ProtobufMessage(GraphOf(file));
        while (graph.Next())
        {
            if (graph.Field == (int)GraphField.Node)
            {
                nodes.Add(ReadNode(graph.Bytes));
            }
            else if (graph.Field == (int)GraphField.Initializer)
            {
                var constant = OnnxTensor.Read(graph.Bytes);
                constants.Add(constant.Name, constant);
            }
        }

        return new OnnxGraph(nodes, constants);
    }

    private static ReadOnlyMemory<byte> GraphOf(ReadOnlyMemory<byte> file)
    {
        var model = new ProtobufMessage(file);
        while (model.Next())
        {
            if (model.Field == ModelGraph)
            {
                return model.Bytes;
            }
        }

        throw new InvalidDataException("ONNX: the file has no graph");
    }

    private static OnnxNode ReadNode(ReadOnlyMemory<byte> bytes)
    {
        var inputs = new List<string>();
        var outputs = new List<string>();
        string operation = "";
        var node = new ProtobufMessage(bytes);
        while (node.Next())
        {
            switch ((NodeField)node.Field)
            {
                case NodeField.Input:
                    inputs.Add(Encoding.UTF8.GetString(node.Bytes.Span));
                    break;
                case NodeField.Output:
                    outputs.Add(Encoding.UTF8.GetString(node.Bytes.Span));
                    break;
                case NodeField.Operation:
                    operation = Encoding.UTF8.GetString(node.Bytes.Span);
                    break;
                default:
                    break;
            }
        }

        return new OnnxNode(operation, inputs, outputs);
    }
}
