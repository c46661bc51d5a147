using BenchmarkDotNet.Attributes;

namespace LlmBridge.Benchmarks;

/// <summary>An answer that takes a millisecond, so that whoever waits for it sleeps and must be woken.</summary>
public class SlowCall() : BridgeBenchmarks(new BridgeOptions { Engine = LlmEngine.Fake, Command = ["sleep 1; echo"] })
{
    private const int Calls = 200;

    private static readonly string s_prompt = new('x', 64);
    private static readonly PinnedTexts s_bytes = new(s_prompt);

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
}
