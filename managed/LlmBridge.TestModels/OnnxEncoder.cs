using System.Globalization;
using System.Text.RegularExpressions;
using LlmBridge.TestModels.Gguf;
using LlmBridge.TestModels.Onnx;

namespace LlmBridge.TestModels;

/// <summary>Turns a BERT-type encoder from an ONNX file, as PyTorch exports it, into a GGUF model.</summary>
internal sealed partial class OnnxEncoder
{
    private const string WordVectors = "embeddings.word_embeddings";
    private const string PositionVectors = "embeddings.position_embeddings";
    private const string Weight = ".weight";
    private const string Bias = ".bias";

    private static readonly Dictionary<string, string> s_names = new(StringComparer.Ordinal)
    {
        [WordVectors] = "token_embd",
        [PositionVectors] = "position_embd",
        ["embeddings.token_type_embeddings"] = "token_types",
        ["embeddings.LayerNorm"] = "token_embd_norm",
        ["attention.self.query"] = "attn_q",
        ["attention.self.key"] = "attn_k",
        ["attention.self.value"] = "attn_v",
        ["attention.output.dense"] = "attn_output",
        ["attention.output.LayerNorm"] = "attn_output_norm",
        ["intermediate.dense"] = "ffn_up",
        ["output.dense"] = "ffn_down",
        ["output.LayerNorm"] = "layer_output_norm",
    };

    private readonly OnnxGraph _graph;
    private readonly Dictionary<string, OnnxTensor> _matrices;

    internal OnnxEncoder(OnnxGraph graph)
    {
        _graph = graph;
        _matrices = FindMatrices(graph);
    }

    internal required string Name { get; init; }

    internal required int Heads { get; init; }

    internal required uint Pooling { get; init; }

    internal required float NormEpsilon { get; init; }

    internal required TensorType Type { get; init; }

    /// <summary>Writes the model with the pieces of its vocabulary.</summary>
    internal void Write(string path, string[] words)
    {
        ModelShape shape = Shape();
        int vectors = _graph.Constants[WordVectors + Weight].Dimensions[0];
        if (vectors != words.Length)
        {
            throw new InvalidDataException($"{Name}: {words.Length} words for {vectors} vectors");
        }

        var writer = new GgufWriter();
        shape.WriteMetadata(writer, words.Length);
        BertTensors.WriteMetadata(writer, Pooling);
        WordPieces.WriteTo(writer, words);
        foreach (OnnxTensor constant in _graph.Constants.Values.Where(constant => constant.IsFloat))
        {
            if (NameOf(constant.Name, Weight) is { } weight)
            {
                writer.Add(AsItStands(weight + Weight, constant));
            }
            else if (NameOf(constant.Name, Bias) is { } bias)
            {
                writer.Add(AsItStands(bias + Bias, constant));
                if (_matrices.TryGetValue(constant.Name, out OnnxTensor? matrix))
                {
                    writer.Add(Turned(bias + Weight, matrix));
                }
            }
        }

        writer.Write(path);
    }

    // The matrices have lost their names: each is known by the bias that is added to what it was multiplied with.
    private static Dictionary<string, OnnxTensor> FindMatrices(OnnxGraph graph)
    {
        Dictionary<string, OnnxTensor> products = new(StringComparer.Ordinal), found = new(StringComparer.Ordinal);
        foreach (OnnxNode node in graph.Nodes)
        {
            if (node.Operation == "MatMul" && node.Inputs is [_, var right]
                && graph.Constants.TryGetValue(right, out OnnxTensor? matrix))
            {
                products.Add(node.Outputs[0], matrix);
            }
            else if (node.Operation == "Add" && node.Inputs.FirstOrDefault(products.ContainsKey) is { } product
                && node.Inputs.FirstOrDefault(graph.Constants.ContainsKey) is { } bias)
            {
                found.Add(bias, products[product]);
            }
        }

        return found;
    }

    private static string? NameOf(string name, string ending)
    {
        if (!name.EndsWith(ending, StringComparison.Ordinal))
        {
            return null;
        }

        string stem = name[..^ending.Length];
        Match layer = InLayer().Match(stem);
        return layer.Success
            ? $"blk.{layer.Groups["layer"].Value}.{s_names[layer.Groups["rest"].Value]}"
            : s_names.GetValueOrDefault(stem); // the pooler has no part in embeddings
    }

    [GeneratedRegex(@"^encoder\.layer\.(?<layer>\d+)\.(?<rest>.+)$")]
    private static partial Regex InLayer();

    private ModelShape Shape()
    {
        OnnxTensor words = _graph.Constants[WordVectors + Weight];
        OnnxTensor inner = _matrices["encoder.layer.0.intermediate.dense" + Bias];
        return new ModelShape
        {
            Architecture = "bert",
            Name = Name,
            Width = words.Dimensions[1],
            Heads = Heads,
            HeadsKeyValue = Heads,
            FeedForward = inner.Dimensions[1],
            Layers = 1 + _graph.Constants.Keys.Select(name => InLayer().Match(name)).Where(match => match.Success)
                .Max(match => int.Parse(match.Groups["layer"].Value, CultureInfo.InvariantCulture)),
            Context = _graph.Constants[PositionVectors + Weight].Dimensions[0],
            Type = Type,
            NormEpsilon = NormEpsilon,
        };
    }

    // Vectors, and token vectors: a row for each of the first dimension. llama.cpp takes the small ones in F32 only.
    private GgufTensor AsItStands(string name, OnnxTensor tensor)
    {
        int width = tensor.Dimensions[^1];
        TensorType type = name is "token_embd.weight" or "position_embd.weight" ? Type : TensorType.F32;
        long[] dimensions = [.. tensor.Dimensions.Reverse().Select(length => (long)length)];
        return new GgufTensor(name, type, dimensions,
            row => tensor.Floats.Slice(checked((int)row * width), width).ToArray());
    }

    // ONNX has a matrix as [in, out], GGUF a row of all inputs for each output.
    private GgufTensor Turned(string name, OnnxTensor matrix)
    {
        int inputs = matrix.Dimensions[0], outputs = matrix.Dimensions[1];
        return new GgufTensor(name, Type, [inputs, outputs], row =>
        {
            ReadOnlySpan<float> all = matrix.Floats;
            var values = new float[inputs];
            for (int input = 0; input < inputs; input++)
            {
                values[input] = all[(input * outputs) + (int)row];
            }

            return values;
        });
    }
}
