using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using BenchmarkDotNet.Attributes;

namespace LlmBridge.Benchmarks;

/// <summary>One token of the demonstration model: by the library, and by the gateway in a process of its own, which is
/// asked over the loopback address.</summary>
public class ServeOneToken
{
    private const int Calls = 100;
    private const string Question = "Who are you?";

    private static readonly byte[] s_body = Encoding.UTF8.GetBytes(
        "{\"messages\":[{\"role\":\"user\",\"content\":\"" + Question + "\"}],\"max_tokens\":1}");

    private static readonly CallOptions s_options = new() { MaxOutputTokens = 1 };

    private LlmClient? _client;
    private Process? _gateway;
    private HttpClient? _http;

    [GlobalSetup]
    public async Task StartAsync()
    {
        _client = await LlmClient.OpenAsync(new BridgeOptions { Threads = 1 });
        await _client.StartAsync();
        string program = Path.Combine(RepositoryFolder(), "artifacts/bin/llmbridge-serve");
        var start = new ProcessStartInfo(program, "--port 0 --until-input-ends --set isolation=pool --set threads=1")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        _gateway = Process.Start(start)!;
        _http = new HttpClient();
        while (await _gateway.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("llmbridge serves ", StringComparison.Ordinal))
            {
                _http.BaseAddress = new Uri(line.Split(' ')[^1].TrimEnd('/') + "/");
            }
            else if (line.StartsWith("key: ", StringComparison.Ordinal))
            {
                _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", line[5..]);
                break;
            }
        }
        await AskGatewayAsync();
    }

    [GlobalCleanup]
    public async Task StopAsync()
    {
        _http!.Dispose();
        _gateway!.StandardInput.Close();
        await _gateway.WaitForExitAsync();
        await _client!.DisposeAsync();
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Calls)]
    public async Task Library()
    {
        for (int i = 0; i < Calls; i++) await _client!.AskAsync(Question, s_options);
    }

    [Benchmark(OperationsPerInvoke = Calls)]
    public async Task Gateway()
    {
        for (int i = 0; i < Calls; i++) await AskGatewayAsync();
    }

    private async Task AskGatewayAsync()
    {
        using var content = new ByteArrayContent(s_body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using HttpResponseMessage response =
            await _http!.PostAsync(new Uri("chat/completions", UriKind.Relative), content);
        response.EnsureSuccessStatusCode();
        await response.Content.ReadAsByteArrayAsync();
    }

    /// <summary>The nearest folder above this program that has the solution.</summary>
    private static string RepositoryFolder()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Bridge.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("there is no Bridge.sln");
        }
        return folder;
    }
}
