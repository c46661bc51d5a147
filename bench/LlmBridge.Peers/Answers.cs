using BenchmarkDotNet.Attributes;
using LLama;
using LLama.Common;
using LLama.Sampling;

namespace LlmBridge.Peers;

/// <summary>A short question, an answer of 32 tokens, the likeliest ones. No question is asked twice in a row, so that
/// neither answers from what it remembers.</summary>
public class Answers
{
    private const string Whole = "whole", Streamed = "streamed";
    private const int Tokens = 32;

    private readonly CallOptions _options = new()
    {
        MaxOutputTokens = Tokens,
        Temperature = 0,
        PromptFormat = LlmPromptFormat.Raw,
        PrefixReuse = LlmPrefixReuse.Off,
    };
    private LlmClient _client = null!;
    private LLamaWeights _weights = null!;
    private StatelessExecutor _executor = null!;
    private int _asked;

    [GlobalSetup]
    public async Task OpenAsync()
    {
        _client = await LlmClient.OpenAsync(PeerModels.Bridge(PeerModels.Generator));
        await _client.StartAsync();
        ModelParams parameters = PeerModels.Peer(PeerModels.Generator);
        _weights = await LLamaWeights.LoadFromFileAsync(parameters);
        _executor = new StatelessExecutor(_weights, parameters);
        string question = "Tell me a story.";
        string ours = (await _client.AskAsync(question, _options)).Text, theirs = await AskPeerAsync(question);
        Console.WriteLine($"// LlmBridge:  {ours.ReplaceLineEndings(" ")}");
        Console.WriteLine($"// LLamaSharp: {theirs.ReplaceLineEndings(" ")}");
    }

    [GlobalCleanup]
    public async Task CloseAsync()
    {
        await _client.DisposeAsync();
        _weights.Dispose();
    }

    [BenchmarkCategory(Whole), Benchmark(Baseline = true)]
    public async Task<string> LlmBridge_AskAsync() => (await _client.AskAsync(Question(), _options)).Text;

    [BenchmarkCategory(Whole), Benchmark]
    public Task<string> LLamaSharp_InferAsync() => AskPeerAsync(Question());

    [BenchmarkCategory(Streamed), Benchmark(Baseline = true)]
    public async Task<int> LlmBridge_StreamAsync()
    {
        int pieces = 0;
        await foreach (string _ in _client.StreamAsync(Question(), _options)) pieces++;
        return pieces;
    }

    [BenchmarkCategory(Streamed), Benchmark]
    public async Task<int> LLamaSharp_StreamAsync()
    {
        int pieces = 0;
        await foreach (string _ in _executor.InferAsync(Question(), Inference())) pieces++;
        return pieces;
    }

    private async Task<string> AskPeerAsync(string question)
    {
        var answer = new System.Text.StringBuilder();
        await foreach (string piece in _executor.InferAsync(question, Inference())) answer.Append(piece);
        return answer.ToString();
    }

    private string Question() => $"What is {++_asked % 50}+{_asked % 7}?";

    private static InferenceParams Inference() =>
        new() { MaxTokens = Tokens, SamplingPipeline = new GreedySamplingPipeline() };
}
