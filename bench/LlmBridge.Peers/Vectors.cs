using BenchmarkDotNet.Attributes;
using LLama;
using LLama.Common;

namespace LlmBridge.Peers;

/// <summary>A text of some twenty words as a vector.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage(
    "Design", "CA1001", Justification = "The harness ends it through CloseAsync.")]
public class Vectors
{
    private const string Text =
        "It was a bright cold day in spring, and all the clocks of the town struck twelve at once, which they had "
        + "never done before.";

    private LlmClient _client = null!;
    private LLamaWeights _weights = null!;
    private LLamaEmbedder _embedder = null!;

    [GlobalSetup]
    public async Task OpenAsync()
    {
        _client = await LlmClient.OpenAsync(PeerModels.Bridge(PeerModels.Embedder));
        await _client.StartAsync();
        ModelParams parameters = PeerModels.Peer(PeerModels.Embedder, embeds: true);
        _weights = await LLamaWeights.LoadFromFileAsync(parameters);
        _embedder = new LLamaEmbedder(_weights, parameters);
        float[] ours = await LlmBridge_EmbedAsync(), theirs = await LLamaSharp_GetEmbeddings();
        Console.WriteLine($"// product of both: {ours.Zip(theirs, (a, b) => a * b).Sum():F4}");
    }

    [GlobalCleanup]
    public async Task CloseAsync()
    {
        await _client.DisposeAsync();
        _embedder.Dispose();
        _weights.Dispose();
    }

    [Benchmark(Baseline = true)]
    public async Task<float[]> LlmBridge_EmbedAsync() => (await _client.EmbedAsync([Text])).Vectors[0];

    [Benchmark]
    public async Task<float[]> LLamaSharp_GetEmbeddings() => (await _embedder.GetEmbeddings(Text))[0];
}
