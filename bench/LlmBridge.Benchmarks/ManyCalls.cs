using BenchmarkDotNet.Attributes;

namespace LlmBridge.Benchmarks;

/// <summary>A thousand calls in one request for many, for each call: as many at once as there are slots.</summary>
public class ManyCalls() : BridgeBenchmarks(new BridgeOptions { Engine = LlmEngine.Fake })
{
    private const string Answers = "answers", Vectors = "vectors";
    private const int Items = 1000;

    private static readonly string[] s_prompts = [.. Enumerable.Repeat(new string('x', 64), Items)];
    private static readonly PinnedTexts s_bytes = new(s_prompts);

    [BenchmarkCategory(Answers), Benchmark(Baseline = true, OperationsPerInvoke = Items)]
    public int BatchInC() => Native.GenerateBatch(s_bytes);

    [BenchmarkCategory(Answers), Benchmark(OperationsPerInvoke = Items)]
    public async Task AskManyAsync()
    {
        await foreach (LlmItem<LlmReply> item in Client.AskManyAsync(s_prompts)) item.GetValueOrThrow();
    }

    [BenchmarkCategory(Answers), Benchmark(OperationsPerInvoke = Items)]
    public async Task AskManyAsTheyCome()
    {
        await foreach (LlmItem<LlmReply> item in Client.AskManyAsync(s_prompts, null, LlmItemOrder.AsTheyCome))
        {
            item.GetValueOrThrow();
        }
    }

    [BenchmarkCategory(Vectors), Benchmark(Baseline = true, OperationsPerInvoke = Items)]
    public int EmbedBatchInC() => Native.EmbedBatch(s_bytes);

    [BenchmarkCategory(Vectors), Benchmark(OperationsPerInvoke = Items)]
    public async Task EmbedManyAsync()
    {
        await foreach (LlmItem<LlmEmbedding> item in Client.EmbedManyAsync(s_prompts)) item.GetValueOrThrow();
    }
}
