using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace LlmBridge.InteropTests.Support;

/// <summary>The gateway, running as a program of its own on a port of the loopback address.</summary>
internal sealed class ServeProgram : IAsyncDisposable
{
    private readonly Process _process;
    private readonly MarkedRun _marked;
    private readonly Task<string> _errors;

    private ServeProgram(Process process, MarkedRun marked)
    {
        _process = process;
        _marked = marked;
        _errors = process.StandardError.ReadToEndAsync();
    }

    /// <summary>Where it is, without a path.</summary>
    public Uri Url { get; private set; } = null!;

    /// <summary>What it serves, by its own words.</summary>
    public string Model { get; private set; } = "";

    public string Key { get; private set; } = "";

    /// <summary>A client that has the key.</summary>
    public HttpClient Http { get; private set; } = null!;

    public static string Path => Repository.At("artifacts/bin/llmbridge-serve");

    /// <summary>Starts it with settings, each NAME=VALUE.</summary>
    public static Task<ServeProgram> StartAsync(string[] settings, CancellationToken watchdog) =>
        StartAsync(settings, [], watchdog);

    /// <summary>Starts it with settings, each NAME=VALUE, and further arguments.</summary>
    public static async Task<ServeProgram> StartAsync(
        string[] settings, string[] arguments, CancellationToken watchdog)
    {
        var marked = new MarkedRun();
        string[] all = ["--port", "0", "--until-input-ends", .. settings.SelectMany(s => (string[])["--set", s]),
            .. arguments];
        Process process = ProgramRun.Start(Path, all, new Dictionary<string, string>([marked.Mark]));
        var program = new ServeProgram(process, marked);
        string? line = await process.StandardOutput.ReadLineAsync(watchdog);
        if (line is null) Assert.Fail($"the gateway did not start: {await program._errors}");
        string[] words = line!.Split(' '); // llmbridge serves MODEL at URL/v1
        program.Model = words[2];
        program.Url = new Uri(words[4][..^"/v1".Length]);
        string second = (await process.StandardOutput.ReadLineAsync(watchdog))!;
        if (second.StartsWith("key: ", StringComparison.Ordinal)) program.Key = second["key: ".Length..];
        program.Http = new HttpClient { BaseAddress = program.Url };
        program.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", program.Key);
        return program;
    }

    /// <summary>The engines that work for it now.</summary>
    public IReadOnlyList<long> Engines() => _marked.Programs("llmbridge-engin"); // the system keeps 15 letters

    /// <summary>Posts a body and gives the JSON that comes with that status.</summary>
    public async Task<JsonElement> PostAsync(string path, string body, int status, CancellationToken watchdog)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await Http.PostAsync(path, content, watchdog);
        string text = await response.Content.ReadAsStringAsync(watchdog);
        Assert.AreEqual(status, (int)response.StatusCode, text);
        return JsonDocument.Parse(text).RootElement;
    }

    /// <summary>Sends bytes on a connection of their own and gives what comes back until its end.</summary>
    public async Task<string> ExchangeAsync(string request, CancellationToken watchdog)
    {
        using Socket socket = await ConnectAsync(request, watchdog);
        using var stream = new NetworkStream(socket);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return await reader.ReadToEndAsync(watchdog);
    }

    /// <summary>Sends bytes and leaves the connection to the caller.</summary>
    public async Task<Socket> ConnectAsync(string request, CancellationToken watchdog)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(Url.Host, Url.Port, watchdog);
        await socket.SendAsync(Encoding.UTF8.GetBytes(request), watchdog);
        return socket;
    }

    /// <summary>A request with the key, as bytes; the connection is closed after it.</summary>
    public string Post(string path, string body, string more = "") =>
        $"POST {path} HTTP/1.1\r\nHost: localhost:{Url.Port}\r\nAuthorization: Bearer {Key}\r\n"
        + $"Content-Type: application/json\r\nConnection: close\r\n{more}"
        + $"Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}";

    /// <summary>Ends it by the end of its input, and waits until nothing of it is left.</summary>
    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        _process.StandardInput.Close();
        try
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            await _process.WaitForExitAsync(patience.Token);
            Assert.AreEqual(0, _process.ExitCode, await _errors);
        }
        finally
        {
            if (!_process.HasExited) _process.Kill(entireProcessTree: true);
            _process.Dispose();
        }
        _marked.AwaitNothingLeft();
    }
}
