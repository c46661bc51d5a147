using BenchmarkDotNet.Attributes;

namespace LlmBridge.Benchmarks;

/// <summary>An answer that comes at once: 64 bytes to the fake engine and back.</summary>
public class WarmCall() : BridgeBenchmarks(new BridgeOptions { Engine = LlmEngine.Fake })
{
    /// <summary>So many one after the other that what it costs to measure a method that awaits is nothing.</summary>
    private const int Calls = 2000;

    private static readonly string s_prompt = new('x', 64);
    private static readonly PinnedTexts s_bytes = new(s_prompt);
    private static readonly CallOptions s_options = new() { MaxOutputTokens = 16, Temperature = 0.5 };
    private static readonly CancellationTokenSource s_source = new();

    [Benchmark(Baseline = true, OperationsPerInvoke = Calls)]
    public void GenerateInC()
    {
        for (int i = 0; i < Calls; i++) Native.Generate(s_bytes);
    }

    [Benchmark(OperationsPerInvoke = Calls)]
    public async Task AskAsync()
    {
        for (int i = 0; i < Calls; i++) await Client.AskAsync(s_prompt);
    }

    [Benchmark(OperationsPerInvoke = Calls)]
    public async Task AskAsyncWithToken()
    {
        for (int i = 0; i < Calls; i++) await Client.AskAsync(s_prompt, null, s_source.Token);
    }

    [Benchmark(OperationsPerInvoke = Calls)]
    public async Task AskAsyncWithOptions()
    {
        for (int i = 0; i < Calls; i++) await Client.AskAsync(s_prompt, s_options);
    }
}
