using BenchmarkDotNet.Attributes;

namespace LlmBridge.Benchmarks;

/// <summary>An answer of a hundred pieces, for each piece.</summary>
public class Streaming() : BridgeBenchmarks(new BridgeOptions { Engine = LlmEngine.Fake, Command = ["pieces 100 0"] })
{
    private const int Pieces = 100, Calls = 20;

    private static readonly PinnedTexts s_bytes = new("x");

    [Benchmark(Baseline = true, OperationsPerInvoke = Pieces * Calls)]
    public void ReadInC()
    {
        for (int i = 0; i < Calls; i++) Native.Stream(s_bytes);
    }

    [Benchmark(OperationsPerInvoke = Pieces * Calls)]
    public async Task StreamAsync()
    {
        for (int i = 0; i < Calls; i++)
        {
            await foreach (string _ in Client.StreamAsync("x")) { }
        }
    }
}
