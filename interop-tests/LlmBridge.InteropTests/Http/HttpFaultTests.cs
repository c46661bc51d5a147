using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using static LlmBridge.InteropTests.Support.RecordedServer;

namespace LlmBridge.InteropTests.Http;

/// <summary>Servers that are down, busy, slow, elsewhere or hostile.</summary>
[TestClass]
public sealed class HttpFaultTests : HttpTest
{
    private static Reply Answer => Stream(Piece("a"), Finish(), "[DONE]");

    /// <summary>Status, body, and the failure it is.</summary>
    public static IEnumerable<object[]> Refusals() =>
    [
        [
            400,
            """{"error":{"message":"The maximum context length is 8192 tokens","code":"context_length_exceeded"}}""",
            LlmStatus.ContextFull, "8192"
        ],
        [
            400,
            """{"error":{"message":"9 tokens exceed the available context size","type":"exceed_context_size_error"}}""",
            LlmStatus.ContextFull, "9 tokens"
        ],
        [
            400, """{"object":"error","message":"The prompt is too long","code":40301}""", LlmStatus.ContextFull,
            "too long"
        ],
        [
            422, """{"detail":[{"loc":["body","x"],"msg":"field required"}]}""", LlmStatus.InvalidArgument,
            "field required"
        ],
        [401, """{"error":{"message":"Incorrect API key"}}""", LlmStatus.EngineError, "Incorrect API key"],
        [404, """{"error":"model 'x' not found"}""", LlmStatus.EngineError, "model 'x' not found"],
        [
            429, """{"error":{"message":"You have no credit","code":"insufficient_quota"}}""", LlmStatus.EngineError,
            "no credit"
        ],
        [500, "<html><body>Oops</body></html>", LlmStatus.EngineError, "Oops"],
        [502, "", LlmStatus.Unavailable, "HTTP 502"],
    ];

    [TestMethod]
    [DynamicData(nameof(Refusals))]
    public async Task AnErrorOfAServer_IsToldInItsOwnWords(int status, string body, LlmStatus expected, string words)
    {
        using var server = new RecordedServer(_ => Json(body, status));
        await using LlmClient client = await OpenHttpAsync(server.Url, new BridgeOptions { Retries = 0 });
        StringAssert.Contains((await FailsAsync(expected, () => client.AskAsync("?", null, Watchdog))).Message, words);
        Assert.AreEqual(1, server.Asked.Count());
    }

    [TestMethod]
    [DataRow("1")]
    [DataRow("date")]
    public async Task AServerThatAsksToWait_IsAskedAgainAfterThat(string after)
    {
        int asked = 0;
        using var server = new RecordedServer(_ =>
        {
            string when = after == "date" ? DateTimeOffset.UtcNow.AddSeconds(1).ToString("R") : after;
            return ++asked < 3 ? Json("{\"error\":\"busy\"}", 429, $"Retry-After: {when}\r\n") : Answer;
        });
        await using LlmClient client = await OpenHttpAsync(server.Url);
        Assert.AreEqual("a", (await client.AskAsync("?", null, Watchdog)).Text);
        Assert.AreEqual(3, asked);
    }

    [TestMethod]
    public async Task AServerThatAsksToWaitForLongerThanTheCallMay_FailsItAtOnce()
    {
        using var server = new RecordedServer(_ => Json("{\"error\":\"busy\"}", 429, "Retry-After: 3600\r\n"));
        await using LlmClient client = await OpenHttpAsync(server.Url);
        LlmException failure = await FailsAsync(LlmStatus.Overloaded, () => client.AskAsync("?", null, Watchdog));
        StringAssert.Contains(failure.Message, "3600 s");
    }

    [TestMethod]
    public async Task AServerThatLoadsItsModel_IsWaitedFor()
    {
        int asked = 0;
        using var server = new RecordedServer(_ =>
            ++asked < 5 ? Json("""{"error":{"message":"Loading model","code":503}}""", 503) : Answer);
        await using LlmClient client = await OpenHttpAsync(server.Url);
        Assert.AreEqual("a", (await client.AskAsync("?", null, Watchdog)).Text);
    }

    [TestMethod]
    public async Task AServerThatIsNotThere_IsUnavailableAndComesBack()
    {
        string url;
        using (var gone = new RecordedServer(_ => Answer)) url = gone.Url;
        await using LlmClient client = await OpenHttpAsync(url);
        LlmException failure = await FailsAsync(LlmStatus.Unavailable, () => client.AskAsync("?", null, Watchdog));
        StringAssert.Contains(failure.Message, url);
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("HTTP/1.1 200 O")]
    [DataRow("nonsense\r\n\r\n")]
    public async Task ARequestThatWasTaken_IsNotMadeTwiceWhateverCameBack(string bytes)
    {
        using var server = new RecordedServer(_ => new Reply(bytes));
        await using LlmClient client = await OpenHttpAsync(server.Url);
        await Assert.ThrowsAsync<LlmException>(() => client.AskAsync("?", null, Watchdog));
        Assert.AreEqual(1, server.Asked.Count());
    }

    [TestMethod]
    public async Task AServerThatFallsSilentInItsAnswer_IsHungWhateverItPings()
    {
        using var server = new RecordedServer(_ =>
        {
            var reply = new Reply(Head("text/event-stream") + Events(Piece("a")), ReplyEnd.StaysOpen);
            for (int i = 0; i < 200; i++) reply = reply.Then(cancelled => Task.Delay(50, cancelled), ": ping\n\n");
            return reply;
        });
        await using LlmClient client =
            await OpenHttpAsync(server.Url, new BridgeOptions { StallTimeout = TimeSpan.FromMilliseconds(500) });
        long engine = await StartEngineAsync(client);
        LlmTimeoutException failure =
            await Assert.ThrowsExactlyAsync<LlmTimeoutException>(() => client.AskAsync("?", null, Watchdog));
        Assert.AreEqual(LlmStatus.EngineHung, failure.Error.Status);
        StringAssert.Contains(failure.Message, "500 ms");
        Assert.AreEqual(engine, client.EngineProcessId, "the engine itself does not hang");
    }

    [TestMethod]
    [DataRow(300, 1500)]
    [DataRow(4000, 5500)]
    public async Task AServerThatThinksBeforeItsFirstPiece_IsNotHung(int stallMs, int thinksMs)
    {
        using var server = new RecordedServer(_ =>
            new Reply(Head("text/event-stream"))
                .Then(cancelled => Task.Delay(thinksMs, cancelled), Events(Piece("a"), Finish(), "[DONE]")));
        await using LlmClient client =
            await OpenHttpAsync(server.Url, new BridgeOptions { StallTimeout = TimeSpan.FromMilliseconds(stallMs) });
        Assert.AreEqual("a", (await client.AskAsync("?", null, Watchdog)).Text);
    }

    [TestMethod]
    public async Task AStreamThatStaysOpenAfterItsEnd_EndsAnyway()
    {
        using var server = new RecordedServer(_ =>
            new Reply(Head("text/event-stream") + Events(Piece("a"), Finish()), ReplyEnd.StaysOpen));
        await using LlmClient client = await OpenHttpAsync(server.Url);
        Assert.AreEqual("a", (await client.AskAsync("?", null, Watchdog)).Text);
    }

    [TestMethod]
    public async Task AFlood_EndsItsCallAndNoOther()
    {
        string flood = new('x', 5 * 1024 * 1024);
        using var server = new RecordedServer(request =>
            request.Body.Contains("flood", StringComparison.Ordinal)
                ? new Reply(Head("text/event-stream") + "data: " + flood)
                : Answer);
        await using LlmClient client = await OpenHttpAsync(server.Url);
        long engine = await StartEngineAsync(client);
        LlmException failure =
            await FailsAsync(LlmStatus.OutputInvalid, () => client.AskAsync("flood", null, Watchdog));
        StringAssert.Contains(failure.Message, "bytes");
        Assert.AreEqual("a", (await client.AskAsync("?", null, Watchdog)).Text);
        Assert.AreEqual(engine, client.EngineProcessId);
    }

    [TestMethod]
    public async Task ARedirectToAnotherServer_IsNotFollowed()
    {
        using var other = new RecordedServer(_ => Answer);
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.At("key"), "secret\n", Watchdog);
        using var server = new RecordedServer(_ => Json("", 307, $"Location: {other.Url}/v1/chat/completions\r\n"));
        await using LlmClient client =
            await OpenHttpAsync(server.Url, new BridgeOptions { ApiKeyFile = folder.At("key") });
        LlmException failure = await FailsAsync(LlmStatus.EngineError, () => client.AskAsync("?", null, Watchdog));
        StringAssert.Contains(failure.Message, other.Url);
        Assert.IsTrue(other.Requests.IsEmpty);
        Assert.AreEqual("Bearer secret", server.Asked.Single().Headers["Authorization"]);
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("two words")]
    [DataRow("line\r\nX-Injected: 1")]
    public async Task AKeyFileThatHoldsNoKey_IsRefused(string content)
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.At("key"), content, Watchdog);
        await using LlmClient client = await OpenHttpAsync(
            "http://localhost:1", new BridgeOptions { ApiKeyFile = folder.At("key") });
        LlmException failure = await FailsAsync(LlmStatus.InvalidArgument, () => client.AskAsync("?", null, Watchdog));
        StringAssert.Contains(failure.Message, "api_key_file");
    }

    [TestMethod]
    [DataRow("ftp://x")]
    [DataRow("localhost:8080")]
    [DataRow("http://user:secret@x")]
    [DataRow("http+unix:relative")]
    public async Task AnAddressThatIsNone_IsRefusedWithoutItsSecrets(string url)
    {
        await using LlmClient client = await OpenHttpAsync(url);
        LlmException failure = await FailsAsync(LlmStatus.InvalidArgument, () => client.AskAsync("?", null, Watchdog));
        StringAssert.Contains(failure.Message, "url:");
        Assert.IsFalse(failure.Message.Contains("secret", StringComparison.Ordinal));
    }

    [TestMethod]
    public async Task ACertificate_MustComeFromAnAuthorityThatIsTrusted()
    {
        using var folder = new TemporaryFolder();
        using X509Certificate2 certificate = TestCertificate.Make(folder.At("ca.pem"));
        using var server = new RecordedServer(_ => Answer, certificate: certificate);
        var trusting = new BridgeOptions { TlsCaFile = folder.At("ca.pem") };
        await using (LlmClient client = await OpenHttpAsync(server.Url, trusting))
        {
            Assert.AreEqual("a", (await client.AskAsync("?", null, Watchdog)).Text);
        }
        await using LlmClient other = await OpenHttpAsync(server.Url, new BridgeOptions { Retries = 0 });
        LlmException failure = await FailsAsync(LlmStatus.Unavailable, () => other.AskAsync("?", null, Watchdog));
        StringAssert.Contains(failure.Message, "certificate");
    }

    [TestMethod]
    public async Task AnswersCutOff_GoOnAtAnotherReplica()
    {
        int cuts = 0;
        Reply Serve(RecordedRequest request)
        {
            JsonElement body = JsonDocument.Parse(request.Body).RootElement;
            JsonElement last = body.GetProperty("messages")[body.GetProperty("messages").GetArrayLength() - 1];
            bool isBegun = last.GetProperty("role").GetString() == "assistant";
            string begun = isBegun ? last.GetProperty("content").GetString()! : "";
            if (begun.Length > 0) Assert.IsTrue(body.GetProperty("continue_final_message").GetBoolean());
            string rest = "abcdefgh"[begun.Length..];
            Interlocked.Increment(ref cuts);
            return cuts <= 4
                ? new Reply(Head("text/event-stream") + Events(Piece(rest[..1]), Piece(rest[1..2])), ReplyEnd.Reset)
                : Stream(Piece(rest), Finish(), "[DONE]");
        }
        using var first = new RecordedServer(Serve, "vllm");
        using var second = new RecordedServer(Serve, "vllm");
        await using LlmClient client = await OpenHttpAsync($"{first.Url},{second.Url}");
        Assert.AreEqual("abcdefgh", (await client.AskAsync("?", null, Watchdog)).Text);
        Assert.IsTrue(first.Asked.Any() && second.Asked.Any());
    }

    [TestMethod]
    public async Task WhereAServerCannotGoOn_ACutAnswerFails()
    {
        Reply Cut(RecordedRequest request) => new(Head("text/event-stream") + Events(Piece("a")));
        using var first = new RecordedServer(Cut);
        using var second = new RecordedServer(Cut);
        await using LlmClient client = await OpenHttpAsync($"{first.Url},{second.Url}");
        await FailsAsync(LlmStatus.EngineCrashed, () => client.AskAsync("?", null, Watchdog));
        Assert.AreEqual(1, first.Asked.Count() + second.Asked.Count());
    }

    [TestMethod]
    public async Task ReplicasKilledInTurnUnderLoad_LoseNoCall()
    {
        var servers = new RecordedServer?[2];
        var place = new TemporaryFolder();
        RecordedServer Start(int i) => new(_ => Answer, "vllm", socketPath: Path.Combine(place.Path, $"{i}"));
        for (int i = 0; i < 2; i++) servers[i] = Start(i);
        string url = string.Join(',', servers.Select(server => server!.Url));
        int asked = 0;
        await using (LlmClient client = await OpenHttpAsync(url, new BridgeOptions { Slots = 8, Retries = 3 }))
        {
            Task[] callers = [.. Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
            {
                for (int i = 0; i < 50; i++)
                {
                    Assert.AreEqual("a", (await client.AskAsync("?", null, Watchdog)).Text);
                    Interlocked.Increment(ref asked);
                }
            }))];
            for (int i = 0; !Task.WhenAll(callers).IsCompleted; i ^= 1)
            {
                servers[i]!.Dispose();
                File.Delete(Path.Combine(place.Path, $"{i}"));
                servers[i] = Start(i);
                await Task.Delay(20, Watchdog);
            }
            await Task.WhenAll(callers);
        }
        Assert.AreEqual(400, asked);
        foreach (RecordedServer? server in servers) server!.Dispose();
        place.Dispose();
    }
}
