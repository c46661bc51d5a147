using System.Globalization;
using System.Text.RegularExpressions;
using LlmBridge.TestModels;
using LlmBridge.TestModels.Packages;

namespace LlmBridge.EmbeddingTests;

/// <summary>all-MiniLM-L6-v2 and arctic-embed-xs: what the llama engine says of texts, against ONNX Runtime.</summary>
[TestClass]
public sealed partial class SentenceModelTests
{
    private const double CosineMin = 0.99999;
    private const int EmbeddedAloneEach = 4;
    private const int SampleSentences = 12;
    private const int ManySentences = 216;

    public TestContext TestContext { get; set; } = null!;

    private CancellationToken Watchdog => TestContext.CancellationToken;

    [TestMethod]
    public Task Embed_ByMiniLm_IsWhatOnnxRuntimeComputes() => AgreeAsync(SentenceModel.MiniLm);

    [TestMethod]
    public Task Embed_ByArcticXs_WhoseFirstTokenSpeaksForAll_IsWhatOnnxRuntimeComputes() =>
        AgreeAsync(SentenceModel.ArcticXs);

    [TestMethod]
    public async Task Readme_SaysTheProductsOfItsExample()
    {
        string page = await File.ReadAllTextAsync(Repository.At("README.md"), Watchdog);
        Match example = ReadmeExample().Match(page);
        Assert.IsTrue(example.Success, "README.md has no example of embed with --model");
        string[] texts = [.. example.Groups["text"].Captures.Select(text => text.Value)];
        var options = new BridgeOptions { Model = Make(SentenceModel.MiniLm) };
        await using LlmClient client = await LlmClient.OpenAsync(options);
        LlmEmbeddings embeddings = await client.EmbedAsync(texts, null, Watchdog);
        for (int other = 1; other < texts.Length; other++)
        {
            double product = Cosine(embeddings.Vectors[0], embeddings.Vectors[other]);
            string said = example.Groups["product"].Captures[other - 1].Value;
            Assert.AreEqual(said, product.ToString("F2", CultureInfo.InvariantCulture), texts[other]);
        }
    }

    [GeneratedRegex(
        @"embed --model \S+( ""(?<text>[^""]+)""){3}\n(.|\n)*?product is (?<product>-?0\.\d\d);"
        + @"(.|\n)*?third is (?<product>-?0\.\d\d)")]
    private static partial Regex ReadmeExample();

    private async Task AgreeAsync(SentenceModel model)
    {
        bool isLong = Environment.GetEnvironmentVariable("LLMB_LONG") is { Length: > 0 };
        int sentences = isLong ? ManySentences : SampleSentences;
        string path = Make(model);
        using var reference = new OnnxEmbedder(model, model.ReadOnnx(), model.ReadVocabulary());
        await using LlmClient client = await LlmClient.OpenAsync(new BridgeOptions { Model = path });
        string[] texts = [.. SentenceTexts.Odd, SentenceTexts.Long, .. SentenceTexts.Sentences(sentences)];
        LlmEmbeddings together = await client.EmbedAsync(texts, null, Watchdog);
        var problems = new List<string>();
        double least = 1;
        for (int i = 0; i < texts.Length; i++)
        {
            long[] tokens = reference.Tokens(texts[i]);
            long counted = await client.CountTokensAsync(texts[i], Watchdog);
            float[] expected = reference.Embed(texts[i]);
            double cosine = Cosine(expected, together.Vectors[i]);
            if (i % EmbeddedAloneEach == 0)
            {
                cosine = Math.Min(cosine, Cosine(expected, await client.EmbedAsync(texts[i], null, Watchdog)));
            }

            least = Math.Min(least, cosine);
            if (counted == tokens.Length && cosine >= CosineMin) continue;
            problems.Add($"{texts[i]}: {counted} tokens, expected {tokens.Length}; cosine {cosine:F6}");
        }

        TestContext.WriteLine($"{model.Name}: {texts.Length} texts, least cosine {least:F8}");
        Assert.IsEmpty(problems, string.Join('\n', problems));
    }

    private static string Make(SentenceModel model)
    {
        string module = Path.Combine(Repository.Prefix, "lib/llmbridge/llama.so");
        if (!File.Exists(module))
        {
            Assert.Inconclusive($"the llama engine was not built (llama.cpp was not found): no {module}");
        }

        try
        {
            return model.Make();
        }
        catch (PackageException exception)
        {
            Assert.Inconclusive($"{model.Name} was not tested: {exception.Message}");
            throw;
        }
    }

    private static double Cosine(float[] a, float[] b)
    {
        double product = 0, first = 0, second = 0;
        for (int i = 0; i < a.Length; i++)
        {
            product += (double)a[i] * b[i];
            first += (double)a[i] * a[i];
            second += (double)b[i] * b[i];
        }

        return product / Math.Sqrt(first * second);
    }
}
