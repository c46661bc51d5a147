using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using static LlmBridge.InteropTests.Support.RecordedServer;

namespace LlmBridge.InteropTests.Serve;

/// <summary>Whom the gateway refuses, and how calls that fail are told.</summary>
[TestClass]
public sealed class ServeFaultTests : BridgeTest
{
    private const string Chat = "/v1/chat/completions";
    private const string Ask = """{"messages":[{"role":"user","content":"?"}]}""";
    private const string AskStream = """{"messages":[{"role":"user","content":"?"}],"stream":true}""";

    /// <summary>One for all tests that ask nothing special of it.</summary>
    private static ServeProgram s_fake = null!;

    [ClassInitialize]
    public static async Task StartAsync(TestContext context) =>
        s_fake = await ServeProgram.StartAsync(["engine=fake"], context.CancellationToken);

    [ClassCleanup]
    public static async Task StopAsync() => await s_fake.DisposeAsync();

    [TestMethod]
    [DataRow("Host: evil.example", "host_not_allowed", 403)]
    [DataRow("Host: localhost.evil.example", "host_not_allowed", 403)]
    [DataRow("Host: localhost\r\nOrigin: http://evil.example", "origin_not_allowed", 403)]
    [DataRow("Host: localhost\r\nOrigin: null", "origin_not_allowed", 403)]
    [DataRow("Host: localhost", "invalid_api_key", 401)]
    [DataRow("Host: localhost\r\nAuthorization: Bearer ", "invalid_api_key", 401)]
    [DataRow("Host: localhost\r\nAuthorization: Bearer wrong", "invalid_api_key", 401)]
    [DataRow("Host: localhost\r\nAuthorization: Basic KEY", "invalid_api_key", 401)]
    [DataRow("Host: localhost", "invalid_api_key", 401, "/V1/%6dodels")]
    [DataRow("Host: localhost", "invalid_api_key", 401, "//v1/models")]
    [DataRow("Host: localhost", "invalid_api_key", 401, "/health/../v1/models")]
    public async Task WhoeverMayNotAsk_IsRefused(string headers, string code, int status, string path = "/v1/models")
    {
        ServeProgram serve = s_fake;
        string response = await serve.ExchangeAsync(
            $"GET {path} HTTP/1.1\r\nConnection: close\r\n"
            + headers.Replace("KEY", serve.Key, StringComparison.Ordinal) + "\r\n\r\n",
            Watchdog);
        StringAssert.StartsWith(response, $"HTTP/1.1 {status} ");
        StringAssert.Contains(response, $"\"code\":\"{code}\"");
        Assert.IsFalse(response.Contains("Access-Control", StringComparison.Ordinal), response);
        StringAssert.Contains(response, "X-Content-Type-Options: nosniff\r\n");
    }

    [TestMethod]
    [DataRow("http")]
    [DataRow("https")]
    public async Task TheServersOwnPage_MayAskBehindAProxyWithTlsToo(string scheme)
    {
        string response = await s_fake.ExchangeAsync(
            $"GET /v1/models HTTP/1.1\r\nHost: localhost\r\nOrigin: {scheme}://localhost\r\n"
            + $"Authorization: Bearer {s_fake.Key}\r\nConnection: close\r\n\r\n",
            Watchdog);
        StringAssert.StartsWith(response, "HTTP/1.1 200 ");
    }

    [TestMethod]
    public async Task APageThatMayAsk_IsToldSoBeforeItDoes()
    {
        await using ServeProgram serve = await ServeProgram.StartAsync(
            ["engine=fake"], ["--cors-origin", "https://a.example", "--allow-host", "gate.example"], Watchdog);
        string response = await serve.ExchangeAsync(
            "OPTIONS /v1/models HTTP/1.1\r\nHost: gate.example\r\nOrigin: https://a.example\r\n"
            + "Connection: close\r\n\r\n",
            Watchdog);
        StringAssert.StartsWith(response, "HTTP/1.1 204 ");
        StringAssert.Contains(response, "Access-Control-Allow-Origin: https://a.example\r\n");
    }

    [TestMethod]
    public async Task AKeyFile_HoldsTheKeyAndItIsNotPrinted()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.At("key"), "secret\n", Watchdog);
        await using ServeProgram serve =
            await ServeProgram.StartAsync(["engine=fake"], ["--api-key-file", folder.At("key")], Watchdog);
        Assert.AreEqual("", serve.Key);
        serve.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "secret");
        await PostAsync(serve, Chat, Ask, 200);
    }

    [TestMethod]
    [DataRow("", "invalid_json", null)]
    [DataRow("[]", "invalid_json", null)]
    [DataRow("{\"messages\":[", "invalid_json", null)]
    [DataRow("{\"messages\":[],\"messages\":[]}", "invalid_json", null)]
    [DataRow("{}", "invalid_value", "messages")]
    [DataRow("{\"messages\":[]}", "invalid_value", "messages")]
    [DataRow("{\"messages\":[{\"role\":\"judge\",\"content\":\"?\"}]}", "invalid_value", "messages[0].role")]
    [DataRow("{\"messages\":[{\"role\":\"user\"}]}", "invalid_value", "messages[0].content")]
    [DataRow("{\"messages\":[{\"role\":\"user\",\"content\":\"\\ud800\"}]}", "invalid_value", "messages[0].content")]
    [DataRow("{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\"}]}]}", "unsupported_parameter",
        "messages[0].content[0]")]
    [DataRow("{\"temperature\":\"hot\"}", "invalid_value", "temperature")]
    [DataRow("{\"max_tokens\":0}", "invalid_value", "max_tokens")]
    [DataRow("{\"n\":2}", "unsupported_parameter", "n")]
    [DataRow("{\"logprobs\":5}", "invalid_value", "logprobs")]
    [DataRow("{\"logprobs\":true,\"top_logprobs\":21}", "invalid_value", "top_logprobs")]
    [DataRow("{\"top_logprobs\":2}", "invalid_value", "top_logprobs")]
    [DataRow("{\"logit_bias\":[5]}", "invalid_value", "logit_bias")]
    [DataRow("{\"min_tokens\":-1}", "invalid_value", "min_tokens")]
    [DataRow("{\"functions\":[{}]}", "unsupported_parameter", "functions")]
    [DataRow("{\"tools\":{}}", "invalid_value", "tools")]
    [DataRow("{\"tools\":[{}],\"tool_choice\":{}}", "invalid_value", "tool_choice")]
    [DataRow("{\"tools\":[],\"tool_choice\":\"required\"}", "unsupported_parameter", "tool_choice")]
    [DataRow("{\"tools\":[{\"x\":\"\\ud800\"}]}", "invalid_value", "tools[0].x")]
    [DataRow("{\"tools\":[{\"\\ud800\":1}]}", "invalid_json", null)]
    [DataRow("{\"\\ud800\":1}", "invalid_json", null)]
    [DataRow("{\"messages\":[{\"role\":\"user\",\"content\":\"?\"}],\"tools\":[{}]}", "invalid_value", "tools")]
    [DataRow("{\"messages\":[{\"role\":\"assistant\",\"tool_calls\":[{\"function\":{}}]}]}", "invalid_value",
        "messages[0].tool_calls[0].function.name")]
    [DataRow("{\"reasoning_effort\":\"much\"}", "invalid_value", "reasoning_effort")]
    [DataRow("{\"presence_penalty\":2.5}", "invalid_value", "presence_penalty")]
    [DataRow("{\"response_format\":{\"type\":\"xml\"}}", "invalid_value", "response_format.type")]
    public async Task WhatIsWrongInARequest_IsNamed(string body, string code, string? field)
    {
        ServeProgram serve = s_fake;
        JsonElement error = (await PostAsync(serve, Chat, body, 400)).GetProperty("error");
        Assert.AreEqual(code, error.GetProperty("code").GetString());
        Assert.AreEqual(field, error.GetProperty("param").GetString());
    }

    [TestMethod]
    public async Task WhatIsNotHere_IsNotFound()
    {
        ServeProgram serve = s_fake;
        JsonElement error = (await PostAsync(serve, Chat, """{"model":"gpt-x"}""", 404)).GetProperty("error");
        Assert.AreEqual("model_not_found", error.GetProperty("code").GetString());
        StringAssert.Contains(error.GetProperty("message").GetString(), "\"fake\"");
        error = (await PostAsync(serve, "/v1/nowhere", Ask, 404)).GetProperty("error");
        Assert.AreEqual("unknown_url", error.GetProperty("code").GetString());
    }

    [TestMethod]
    public async Task ABodyThatIsTooLarge_IsNotRead()
    {
        ServeProgram serve = s_fake;
        string head = serve.Post(Chat, "").Replace(
            "Content-Length: 0", "Content-Length: 99999999", StringComparison.Ordinal);
        string response = await serve.ExchangeAsync(head, Watchdog);
        StringAssert.StartsWith(response, "HTTP/1.1 413 ");
        await PostAsync(serve, Chat, Ask, 200);
    }

    [TestMethod]
    [DataRow(Ask)]
    [DataRow(AskStream)]
    public async Task ADeadline_IsKeptAndTold(string body)
    {
        await using ServeProgram serve = await ServeProgram.StartAsync(
            ["engine=fake", "command=hang", "grace_ms=50", "stall_timeout_ms=0"], Watchdog);
        string response = await serve.ExchangeAsync(serve.Post(Chat, body, "X-Timeout-Ms: 300\r\n"), Watchdog);
        StringAssert.StartsWith(response, "HTTP/1.1 504 ");
        StringAssert.Contains(response, "\"code\":\"deadline_exceeded\"");
        StringAssert.Contains(response, "longer than 300 ms (timeout_ms)");
        response = await serve.ExchangeAsync(serve.Post(Chat, body, "X-Timeout-Ms: soon\r\n"), Watchdog);
        StringAssert.StartsWith(response, "HTTP/1.1 400 ");
    }

    [TestMethod]
    public async Task APromptThatIsTooLong_HasOpenAisCode()
    {
        using var server = new RecordedServer(
            _ => Json("""{"error":{"message":"x","code":"context_length_exceeded"}}""", 400));
        await using ServeProgram serve = await ServeProgram.StartAsync(["engine=http", "url=" + server.Url], Watchdog);
        JsonElement error = (await PostAsync(serve, Chat, AskStream, 400)).GetProperty("error");
        Assert.AreEqual("context_length_exceeded", error.GetProperty("code").GetString());
        Assert.AreEqual("invalid_request_error", error.GetProperty("type").GetString());
    }

    [TestMethod]
    public async Task WhereThereIsNoRoom_AClientIsToldWhenToComeBack()
    {
        using var server = new RecordedServer(
            _ => new Reply(Head("text/event-stream") + Events(Piece("a")), ReplyEnd.StaysOpen));
        await using ServeProgram serve = await ServeProgram.StartAsync(
            ["engine=http", "url=" + server.Url, "slots=1", "queue=0", "stall_timeout_ms=0"], Watchdog);
        using Socket first = await serve.ConnectAsync(serve.Post(Chat, AskStream), Watchdog);
        await first.ReceiveAsync(new byte[4096], Watchdog); // its answer has begun
        string response = await serve.ExchangeAsync(serve.Post(Chat, Ask), Watchdog);
        StringAssert.StartsWith(response, "HTTP/1.1 429 ");
        StringAssert.Matches(response, new("\r\nRetry-After: [1-9][0-9]*\r\n"));
        StringAssert.Contains(response, "\"code\":\"overloaded\"");
    }

    [TestMethod]
    public async Task AClientThatLeaves_CancelsItsAnswer()
    {
        using var server = new RecordedServer(
            _ => new Reply(Head("text/event-stream") + Events(Piece("a")), ReplyEnd.StaysOpen));
        await using ServeProgram serve = await ServeProgram.StartAsync(
            ["engine=http", "url=" + server.Url, "stall_timeout_ms=0", "timeout_ms=600000"], Watchdog);
        using (Socket first = await serve.ConnectAsync(serve.Post(Chat, AskStream), Watchdog))
        {
            await first.ReceiveAsync(new byte[4096], Watchdog);
        }
        Processes.WaitUntil(() => server.ClientLeft.Task.IsCompleted, "the engine to stop asking");
    }

    [TestMethod]
    public async Task AClientThatLeavesBeforeTheFirstPiece_CancelsItsAnswerToo()
    {
        using var server = new RecordedServer(_ => new Reply(Head("text/event-stream"), ReplyEnd.StaysOpen));
        await using ServeProgram serve = await ServeProgram.StartAsync(
            ["engine=http", "url=" + server.Url, "stall_timeout_ms=0", "timeout_ms=600000"], Watchdog);
        using (Socket first = await serve.ConnectAsync(serve.Post(Chat, Ask), Watchdog))
        {
            Processes.WaitUntil(() => server.Asked.Any(), "the server to be asked");
        }
        Processes.WaitUntil(() => server.ClientLeft.Task.IsCompleted, "the engine to stop asking");
    }

    [TestMethod]
    public async Task AServerThatEnds_TellsItsClients()
    {
        using var server = new RecordedServer(
            _ => new Reply(Head("text/event-stream") + Events(Piece("a")), ReplyEnd.StaysOpen));
        Task<string> rest;
        await using (ServeProgram serve = await ServeProgram.StartAsync(
            ["engine=http", "url=" + server.Url, "stall_timeout_ms=0", "timeout_ms=600000"], Watchdog))
        {
            Socket socket = await serve.ConnectAsync(serve.Post(Chat, AskStream), Watchdog);
            await socket.ReceiveAsync(new byte[4096], Watchdog);
            rest = ReadToEndAsync(socket);
        }
        StringAssert.Contains(await rest, "\"error\"");
    }

    [TestMethod]
    public async Task Health_IsToldWithoutAKey()
    {
        await using ServeProgram serve = await ServeProgram.StartAsync(
            ["engine=fake", "command=slow_start 1000"], Watchdog);
        using var stranger = new HttpClient { BaseAddress = serve.Url };
        string before = await stranger.GetStringAsync("/health", Watchdog).ContinueWith(
            task => task.IsFaulted ? task.Exception!.Message : task.Result, TaskScheduler.Default);
        Assert.IsTrue(before.Contains("503", StringComparison.Ordinal) || before == "{\"status\":\"ok\"}", before);
        await PostAsync(serve, Chat, Ask, 200);
        string? health = null;
        while (health is null)
        {
            using HttpResponseMessage response = await stranger.GetAsync("/health", Watchdog);
            if (response.IsSuccessStatusCode) health = await response.Content.ReadAsStringAsync(Watchdog);
        }
        Assert.AreEqual("{\"status\":\"ok\"}", health);
    }

    [TestMethod]
    public async Task WhatCannotBeServed_IsSaidAtTheStart()
    {
        ProgramRun run = await ProgramRun.OfAsync(
            ServeProgram.Path, ["--port", "0", "--set", "engine=http"], Watchdog);
        Assert.AreEqual(10 + (int)LlmStatus.InvalidArgument, run.ExitCode);
        StringAssert.Contains(run.Errors, "url:");
        using var taken = new TcpListener(System.Net.IPAddress.Loopback, 0);
        taken.Start();
        string port = $"{((System.Net.IPEndPoint)taken.LocalEndpoint).Port}";
        run = await ProgramRun.OfAsync(ServeProgram.Path, ["--port", port, "--set", "engine=fake"], Watchdog);
        Assert.AreEqual(2, run.ExitCode, run.Errors);
        StringAssert.Contains(run.Errors, port);
    }

    private static async Task<string> ReadToEndAsync(Socket socket)
    {
        using var stream = new NetworkStream(socket, ownsSocket: true);
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync();
    }

    private Task<JsonElement> PostAsync(ServeProgram serve, string path, string body, int status) =>
        serve.PostAsync(path, body, status, Watchdog);
}
