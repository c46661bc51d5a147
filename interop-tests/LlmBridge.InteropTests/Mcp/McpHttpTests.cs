using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using static LlmBridge.InteropTests.Support.RecordedServer;

namespace LlmBridge.InteropTests.Mcp;

/// <summary>The MCP server by HTTP: whom it refuses, and both generations of the protocol.</summary>
[TestClass]
public sealed class McpHttpTests : BridgeTest
{
    private const string Hello =
        """
        {"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},
        "clientInfo":{"name":"test","version":"1"}}}
        """;

    [TestMethod]
    [DataRow("evil.example", null, true, 403, "host_not_allowed")]
    [DataRow("localhost.evil.example", null, true, 403, "host_not_allowed")]
    [DataRow("localhost", "http://evil.example", true, 403, "origin_not_allowed")]
    [DataRow("localhost", "null", true, 403, "origin_not_allowed")]
    [DataRow("localhost", null, false, 401, "invalid_api_key")]
    public async Task WhoeverMayNotAsk_IsRefused(string host, string? origin, bool hasKey, int status, string code)
    {
        await using Server server = await StartAsync("engine=fake");
        using HttpRequestMessage request = server.Post(Hello);
        request.Headers.Host = host;
        if (origin is not null) request.Headers.Add("Origin", origin);
        if (!hasKey) request.Headers.Authorization = null;
        using HttpResponseMessage response = await server.Http.SendAsync(request, Watchdog);
        Assert.AreEqual(status, (int)response.StatusCode);
        StringAssert.Contains(await response.Content.ReadAsStringAsync(Watchdog), code);
    }

    [TestMethod]
    public async Task TheOlderGeneration_HasASession_InWhichACallCanBeCancelled()
    {
        using var model = new RecordedServer(
            _ => new Reply(Head("text/event-stream") + Events(Piece("a")), ReplyEnd.StaysOpen));
        await using Server server = await StartAsync(
            "engine=http", "url=" + model.Url, "stall_timeout_ms=0", "timeout_ms=600000");
        using HttpResponseMessage hello = await server.Http.SendAsync(server.Post(Hello), Watchdog);
        string session = hello.Headers.GetValues("Mcp-Session-Id").Single();
        string call = McpProgram.Call("ask", """{"prompt":"a"}""");
        string body = "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"tools/call\",\"params\":" + call + "}";
        Task<HttpResponseMessage> answer = server.Http.SendAsync(server.Post(body, session), Watchdog);
        Processes.WaitUntil(() => model.Asked.Any(), "the model to be asked");
        using HttpResponseMessage told = await server.Http.SendAsync(
            server.Post(
                """{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":2}}""", session),
            Watchdog);
        Assert.AreEqual(HttpStatusCode.Accepted, told.StatusCode);
        Processes.WaitUntil(() => model.ClientLeft.Task.IsCompleted, "the engine to stop asking");
        (await answer).Dispose();
    }

    [TestMethod]
    public async Task TheNewerGeneration_HasNone_AndAClientThatLeavesTakesItsAnswerWithIt()
    {
        using var model = new RecordedServer(
            _ => new Reply(Head("text/event-stream") + Events(Piece("a")), ReplyEnd.StaysOpen));
        await using Server server = await StartAsync(
            "engine=http", "url=" + model.Url, "stall_timeout_ms=0", "timeout_ms=600000");
        using HttpResponseMessage list = await server.Http.SendAsync(
            server.PostNewer("tools/list", "{\"_meta\":META}"), Watchdog);
        string tools = await list.Content.ReadAsStringAsync(Watchdog);
        StringAssert.Contains(tools, "count_tokens");
        Assert.IsFalse(list.Headers.Contains("Mcp-Session-Id"));
        using var left = new CancellationTokenSource();
        Task<HttpResponseMessage> answer = server.Http.SendAsync(
            server.PostNewer("tools/call", """{"name":"ask","arguments":{"prompt":"a"},"_meta":META}""", "ask"),
            HttpCompletionOption.ResponseContentRead, left.Token);
        Processes.WaitUntil(() => model.Asked.Any(), "the model to be asked");
        await left.CancelAsync();
        Processes.WaitUntil(() => model.ClientLeft.Task.IsCompleted, "the engine to stop asking");
        await Assert.ThrowsAsync<OperationCanceledException>(() => answer);
    }

    [TestMethod]
    public async Task ABodyThatIsTooLarge_IsNotRead()
    {
        await using Server server = await StartAsync("engine=fake");
        StringAssert.StartsWith(await server.StatusOfSizeAsync(33 * 1024 * 1024, Watchdog), "HTTP/1.1 413 ");
    }

    private Task<Server> StartAsync(params string[] settings) => Server.StartAsync(settings, Watchdog);

    private sealed class Server : IAsyncDisposable
    {
        private const string Newer = "2026-07-28";
        private readonly Process _process;
        private readonly MarkedRun _marked;
        private string _key = "";

        private Server(Process process, MarkedRun marked)
        {
            _process = process;
            _marked = marked;
        }

        public HttpClient Http { get; } = new() { Timeout = Timeout.InfiniteTimeSpan };

        private Uri Url { get; set; } = null!;

        public static async Task<Server> StartAsync(string[] settings, CancellationToken watchdog)
        {
            var marked = new MarkedRun();
            string[] all = ["--http", "--port", "0", "--until-input-ends", "--set", "isolation=pool",
                .. settings.SelectMany(setting => (string[])["--set", setting])];
            Process process = ProgramRun.Start(
                McpProgram.Path, all, new Dictionary<string, string>([marked.Mark]));
            var server = new Server(process, marked);
            string? line = await process.StandardOutput.ReadLineAsync(watchdog);
            Assert.IsNotNull(line, "the server did not start");
            server.Url = new Uri(line.Split(' ')[^1]); // llmbridge serves MCP at URL
            server._key = (await process.StandardOutput.ReadLineAsync(watchdog))!["key: ".Length..];
            return server;
        }

        public HttpRequestMessage Post(string body, string? session = null)
        {
            var request = new HttpRequestMessage(HttpMethod.Post, Url)
            {
                Content = new StringContent(body, Encoding.UTF8, "application/json"),
            };
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _key);
            request.Headers.Accept.ParseAdd("application/json");
            request.Headers.Accept.ParseAdd("text/event-stream");
            if (session is not null) request.Headers.Add("Mcp-Session-Id", session);
            return request;
        }

        /// <summary>The first line of the answer to a request whose head says its body's size, and that has no body.
        /// </summary>
        public async Task<string> StatusOfSizeAsync(int bytes, CancellationToken watchdog)
        {
            using var client = new TcpClient();
            await client.ConnectAsync(Url.Host, Url.Port, watchdog);
            string head = $"POST {Url.AbsolutePath} HTTP/1.1\r\nHost: {Url.Authority}\r\n"
                + $"Authorization: Bearer {_key}\r\nContent-Type: application/json\r\n"
                + $"Accept: application/json, text/event-stream\r\nContent-Length: {bytes}\r\n\r\n";
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(head), watchdog);
            using var reader = new StreamReader(client.GetStream());
            return await reader.ReadLineAsync(watchdog) ?? "";
        }

        /// <summary>A request of the newer generation, which says who asks in each.</summary>
        public HttpRequestMessage PostNewer(string method, string parameters, string? name = null)
        {
            string meta = JsonSerializer.Serialize(new Dictionary<string, object>
            {
                ["io.modelcontextprotocol/protocolVersion"] = Newer,
                ["io.modelcontextprotocol/clientInfo"] = new { name = "test", version = "1" },
                ["io.modelcontextprotocol/clientCapabilities"] = new { },
            });
            string given = parameters.Replace("META", meta, StringComparison.Ordinal);
            HttpRequestMessage request = Post(
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" + method + "\",\"params\":" + given + "}");
            request.Headers.Add("Mcp-Protocol-Version", Newer);
            request.Headers.Add("Mcp-Method", method);
            if (name is not null) request.Headers.Add("Mcp-Name", name);
            return request;
        }

        public async ValueTask DisposeAsync()
        {
            Http.Dispose();
            _process.StandardInput.Close();
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            await _process.WaitForExitAsync(patience.Token);
            Assert.AreEqual(0, _process.ExitCode);
            _process.Dispose();
            _marked.AwaitNothingLeft();
        }
    }
}
