using FastBertTokenizer;
using LlmBridge.TestModels;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace LlmBridge.EmbeddingTests;

/// <summary>A sentence model as its authors describe it: their file in ONNX Runtime, a BERT tokenizer in C#.</summary>
internal sealed class OnnxEmbedder : IDisposable
{
    private readonly InferenceSession _session;
    private readonly BertTokenizer _tokenizer = new();
    private readonly bool _takesMean;

    public OnnxEmbedder(SentenceModel model, byte[] onnx, byte[] vocabulary)
    {
        using var options = new SessionOptions { IntraOpNumThreads = 1 };
        _session = new InferenceSession(onnx, options);
        using var pieces = new StreamReader(new MemoryStream(vocabulary));
        _tokenizer.LoadVocabulary(pieces, convertInputToLowercase: true);
        _takesMean = model == SentenceModel.MiniLm;
    }

    public void Dispose() => _session.Dispose();

    public long[] Tokens(string text) => _tokenizer.Encode(text).InputIds.ToArray();

    /// <summary>The vector of length 1.</summary>
    public float[] Embed(string text)
    {
        long[] tokens = Tokens(text);
        int[] shape = [1, tokens.Length];
        var all = new long[tokens.Length];
        Array.Fill(all, 1);
        using IDisposableReadOnlyCollection<DisposableNamedOnnxValue> outputs = _session.Run(
        [
            NamedOnnxValue.CreateFromTensor("input_ids", new DenseTensor<long>(tokens, shape)),
            NamedOnnxValue.CreateFromTensor("attention_mask", new DenseTensor<long>(all, shape)),
            NamedOnnxValue.CreateFromTensor("token_type_ids", new DenseTensor<long>(new long[tokens.Length], shape)),
        ]);
        Tensor<float> states = outputs[0].AsTensor<float>();
        int width = states.Dimensions[^1];
        var vector = new double[width];
        for (int token = 0; token < (_takesMean ? tokens.Length : 1); token++)
        {
            for (int i = 0; i < width; i++) vector[i] += states[0, token, i];
        }
        double length = Math.Sqrt(vector.Sum(x => x * x));
        return [.. vector.Select(x => (float)(x / length))];
    }
}
