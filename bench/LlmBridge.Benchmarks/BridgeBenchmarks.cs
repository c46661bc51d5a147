using BenchmarkDotNet.Attributes;

namespace LlmBridge.Benchmarks;

/// <summary>Two bridges of one configuration: C's, and the client that is compared with it.</summary>
public abstract class BridgeBenchmarks(BridgeOptions options)
{
    private NativeCalls? _native;
    private LlmClient? _client;

    private protected NativeCalls Native => _native!;

    private protected LlmClient Client => _client!;

    [GlobalSetup]
    public async Task OpenAsync()
    {
        _native = new NativeCalls(options);
        _client = await LlmClient.OpenAsync(options);
    }

    [GlobalCleanup]
    public async Task CloseAsync()
    {
        Native.Close();
        await Client.DisposeAsync();
    }
}
