using System.Diagnostics;
using System.Text.Json;

namespace LlmBridge.InteropTests.Support;

/// <summary>The MCP server as a program of its own, at the other end of its standard streams. What it sends is read
/// line by line, each of which must be a message of the protocol.</summary>
internal sealed class McpProgram : IAsyncDisposable
{
    private readonly MarkedRun _marked;
    private readonly Task<string> _errors;
    private readonly List<JsonElement> _unread = [];
    private int _last;

    private McpProgram(Process process, MarkedRun marked)
    {
        Process = process;
        _marked = marked;
        _errors = process.StandardError.ReadToEndAsync();
    }

    public Process Process { get; }

    public static string Path => Repository.At("artifacts/bin/llmbridge-mcp");

    /// <summary>Starts it with settings, each NAME=VALUE, and shakes hands with it in the older generation.</summary>
    public static async Task<McpProgram> StartAsync(string[] settings, CancellationToken watchdog)
    {
        McpProgram program = Start(Path, [], settings);
        await program.ShakeHandsAsync(watchdog);
        return program;
    }

    public static McpProgram Start(
        string program, string[] arguments, string[] settings, IReadOnlyDictionary<string, string>? environment = null)
    {
        var marked = new MarkedRun();
        var variables = new Dictionary<string, string>(environment ?? new Dictionary<string, string>());
        variables.Add(marked.Mark.Key, marked.Mark.Value);
        string[] all = [.. arguments, .. settings.SelectMany(setting => (string[])["--set", setting])];
        Process process = ProgramRun.Start(program, all, variables);
        return new McpProgram(process, marked);
    }

    public async Task<JsonElement> ShakeHandsAsync(CancellationToken watchdog)
    {
        JsonElement answer = await RequestAsync(
            "initialize",
            """{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"test","version":"1"}}""",
            watchdog);
        await SendAsync("""{"jsonrpc":"2.0","method":"notifications/initialized"}""");
        return answer;
    }

    public async Task SendAsync(string line)
    {
        await Process.StandardInput.WriteAsync(line + "\n");
        await Process.StandardInput.FlushAsync();
    }

    /// <summary>Sends a request and leaves its answer unread.</summary>
    public async Task<int> BeginAsync(string method, string parameters = "{}")
    {
        _last++;
        await SendAsync($$"""{"jsonrpc":"2.0","id":{{_last}},"method":"{{method}}","params":{{parameters}}}""");
        return _last;
    }

    public async Task<JsonElement> RequestAsync(string method, string parameters, CancellationToken watchdog) =>
        await AnswerAsync(await BeginAsync(method, parameters), watchdog);

    /// <summary>Calls a tool, and gives its result, good or bad.</summary>
    public async Task<JsonElement> CallAsync(string tool, string arguments, CancellationToken watchdog)
    {
        JsonElement answer = await RequestAsync("tools/call", Call(tool, arguments), watchdog);
        return answer.GetProperty("result");
    }

    /// <summary>The parameters of a call.</summary>
    public static string Call(string tool, string arguments, string? progress = null) =>
        $$"""{"name":"{{tool}}","arguments":{{arguments}}"""
        + (progress is null ? "}" : $$$""","_meta":{"progressToken":"{{{progress}}}"}}""");

    /// <summary>The answer to the request of this number.</summary>
    public Task<JsonElement> AnswerAsync(int id, CancellationToken watchdog) => MessageAsync(
        message => message.TryGetProperty("id", out JsonElement its) && its.ValueKind == JsonValueKind.Number
            && its.GetInt32() == id, watchdog);

    /// <summary>The first message like this that nobody has taken yet; those before it stay.</summary>
    public async Task<JsonElement> MessageAsync(Predicate<JsonElement> isLike, CancellationToken watchdog)
    {
        int at;
        while ((at = _unread.FindIndex(isLike)) < 0)
        {
            string? line = await Process.StandardOutput.ReadLineAsync(watchdog);
            if (line is null) Assert.Fail($"the server ended: {await _errors}");
            JsonElement message = JsonDocument.Parse(line!).RootElement;
            Assert.AreEqual("2.0", message.GetProperty("jsonrpc").GetString(), line);
            _unread.Add(message);
        }
        JsonElement found = _unread[at];
        _unread.RemoveAt(at);
        return found;
    }

    /// <summary>How many of these requests have no answer among what has come.</summary>
    public int Unanswered(int[] requests) => requests.Count(id => !_unread.Exists(
        message => message.TryGetProperty("id", out JsonElement its) && its.GetInt32() == id));

    /// <summary>How many messages have come that nobody has taken.</summary>
    public int Unread => _unread.Count;

    /// <summary>What was told of the progress of a call, of what has been read.</summary>
    public IReadOnlyList<double> Progress(string token) =>
        [.. _unread.Where(message => message.TryGetProperty("method", out JsonElement method)
                && method.GetString() == "notifications/progress"
                && message.GetProperty("params").GetProperty("progressToken").GetString() == token)
            .Select(message => message.GetProperty("params").GetProperty("progress").GetDouble())];

    /// <summary>The error object of a result that is one.</summary>
    public static JsonElement ErrorOf(JsonElement result)
    {
        Assert.IsTrue(result.TryGetProperty("isError", out JsonElement isError) && isError.GetBoolean(), $"{result}");
        return JsonDocument.Parse(result.GetProperty("content")[0].GetProperty("text").GetString()!).RootElement;
    }

    public static JsonElement StructureOf(JsonElement result)
    {
        Assert.IsFalse(result.TryGetProperty("isError", out JsonElement isError) && isError.GetBoolean(), $"{result}");
        return result.GetProperty("structuredContent");
    }

    /// <summary>Its engines, and those that it shares with others.</summary>
    public IReadOnlyList<long> Engines() => _marked.Programs("llmbridge-engin"); // the system keeps 15 letters

    /// <summary>Waits for its end, and gives what it said on stderr.</summary>
    public async Task<string> EndAsync(CancellationToken watchdog)
    {
        await Process.WaitForExitAsync(watchdog);
        Assert.AreEqual(0, Process.ExitCode, await _errors);
        return await _errors;
    }

    /// <summary>Ends it by the end of its input, and waits until nothing of it is left.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            if (!Process.HasExited) Process.StandardInput.Close();
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            await EndAsync(patience.Token);
        }
        finally
        {
            if (!Process.HasExited) Process.Kill(entireProcessTree: true);
            Process.Dispose();
        }
        _marked.AwaitNothingLeft();
    }
}
