using BenchmarkDotNet.Attributes;

namespace LlmBridge.Benchmarks;

/// <summary>Vectors of 512 numbers, by the engine that computes them fastest.</summary>
public class Embedding() : BridgeBenchmarks(new BridgeOptions { Engine = LlmEngine.Hash })
{
    private const string One = "one text", Sixteen = "sixteen texts";
    private const int Calls = 500, TextsAtOnce = 16;

    private static readonly string s_text = "a text that is worth a vector of its own";
    private static readonly string[] s_texts = [.. Enumerable.Repeat(s_text, TextsAtOnce)];
    private static readonly PinnedTexts s_bytes = new(s_text), s_bytesOfTexts = new(s_texts);

    [BenchmarkCategory(One), Benchmark(Baseline = true, OperationsPerInvoke = Calls)]
    public void EmbedInC()
    {
        for (int i = 0; i < Calls; i++) Native.Embed(s_bytes);
    }

    [BenchmarkCategory(One), Benchmark(OperationsPerInvoke = Calls)]
    public async Task EmbedAsync()
    {
        for (int i = 0; i < Calls; i++) await Client.EmbedAsync(s_text);
    }

    [BenchmarkCategory(Sixteen), Benchmark(Baseline = true, OperationsPerInvoke = Calls)]
    public void EmbedSixteenInC()
    {
        for (int i = 0; i < Calls; i++) Native.Embed(s_bytesOfTexts);
    }

    [BenchmarkCategory(Sixteen), Benchmark(OperationsPerInvoke = Calls)]
    public async Task EmbedSixteenAsync()
    {
        for (int i = 0; i < Calls; i++) await Client.EmbedAsync(s_texts);
    }
}
