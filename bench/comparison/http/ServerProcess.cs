using System.Diagnostics;

namespace LlmBridge.Comparison.Http;

/// <summary>The server as a process of this host: started on the first use, and again when it is gone.</summary>
internal sealed class ServerProcess(string[] model) : IDisposable
{
    private readonly HttpClient _client = new();
    private Process? _process;
    private string _address = "";

    public int Id => _process?.Id ?? 0;

    public async Task<T> PostAsync<T>(string path, object request)
    {
        if (_process == null) await StartAsync();
        try
        {
            using HttpResponseMessage response = await _client.PostAsJsonAsync(_address + path, request);
            response.EnsureSuccessStatusCode();
            return (await response.Content.ReadFromJsonAsync<T>())!;
        }
        catch (HttpRequestException)
        {
            Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _process?.Kill();
        _process?.WaitForExit();
        _process = null;
    }

    private async Task StartAsync()
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        foreach (string argument in (string[])[typeof(Server).Assembly.Location, "server", .. model])
        {
            start.ArgumentList.Add(argument);
        }
        _process = Process.Start(start)!;
        _address = await _process.StandardOutput.ReadLineAsync()
            ?? throw new InvalidOperationException("the server did not start");
    }
}
