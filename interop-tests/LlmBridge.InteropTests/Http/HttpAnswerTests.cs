using System.Text.Json;
using static LlmBridge.InteropTests.Support.RecordedServer;

namespace LlmBridge.InteropTests.Http;

/// <summary>What servers in the field send as an answer, and what becomes of it.</summary>
[TestClass]
public sealed class HttpAnswerTests : HttpTest
{
    private static readonly string s_whole = Events(Piece("Hello"), Piece(" there"), Finish(), "[DONE]");

    /// <summary>Name, body, and the text it gives.</summary>
    public static IEnumerable<object[]> GoodBodies() =>
    [
        ["usage with choices empty", Events(Piece("a"), Finish(), Usage(3, 1), "[DONE]"), "a"],
        [
            "usage with choices missing",
            Events(Piece("a"), Finish(), """{"usage":{"prompt_tokens":3,"completion_tokens":1}}""", "[DONE]"), "a"
        ],
        [
            "usage with choices null",
            Events(Piece("a"), Finish(), """{"choices":null,"usage":{"prompt_tokens":3}}""", "[DONE]"), "a"
        ],
        [
            "usage null in each chunk",
            Events("""{"choices":[{"delta":{"content":"a"}}],"usage":null}""", Finish(), "[DONE]"), "a"
        ],
        ["[DONE] never comes", Events(Piece("a"), Finish()), "a"],
        ["ends of lines by CRLF", s_whole.Replace("\n", "\r\n", StringComparison.Ordinal), "Hello there"],
        ["ends of lines by CR", s_whole.Replace("\n", "\r", StringComparison.Ordinal), "Hello there"],
        ["no empty lines", s_whole.Replace("\n\n", "\n", StringComparison.Ordinal), "Hello there"],
        ["no blank after data:", s_whole.Replace("data: ", "data:", StringComparison.Ordinal), "Hello there"],
        ["a mark of byte order", "\uFEFF" + s_whole, "Hello there"],
        [
            "comments, ids, names, times", ": ping\n\nid: 1\nretry: 5\nevent: message\n" + s_whole + ": ping\n\n",
            "Hello there"
        ],
        [
            "an event of two lines",
            "data: {\"choices\":[{\"delta\":\ndata: {\"content\":\"a\"}}]}\n\n" + Events(Finish(), "[DONE]"), "a"
        ],
        ["no end of the last line", "data: " + Piece("a") + "\n\ndata: " + Finish(), "a"],
        [
            "a document instead of a stream",
            """{"choices":[{"message":{"role":"assistant","content":"a"},"finish_reason":"stop"}]}""", "a"
        ],
        [
            "content in parts",
            Events("""{"choices":[{"delta":{"content":[{"type":"text","text":"a"}]}}]}""", Finish(), "[DONE]"), "a"
        ],
        [
            "reasoning apart",
            Events(
                """{"choices":[{"delta":{"reasoning_content":"hm","reasoning":"hm"}}]}""", Piece("a"), Finish(),
                "[DONE]"),
            "a"
        ],
        [
            "an empty finish reason in each chunk",
            Events("""{"choices":[{"delta":{"content":"a"},"finish_reason":""}]}""", Finish(), "[DONE]"), "a"
        ],
        [
            "a second choice",
            Events(
                """{"choices":[{"index":1,"delta":{"content":"x"}},{"index":0,"delta":{"content":"a"}}]}""", Finish(),
                "[DONE]"),
            "a"
        ],
        ["error: null", Events("""{"error":null,"choices":[{"delta":{"content":"a"}}]}""", Finish(), "[DONE]"), "a"],
        ["more after [DONE]", s_whole + Events(Piece("x")), "Hello there"],
    ];

    [TestMethod]
    [DynamicData(nameof(GoodBodies))]
    public async Task AnAnswerAsServersSendIt_IsRead(string what, string body, string text)
    {
        _ = what;
        using var server = new RecordedServer(_ => new Reply(Head("text/event-stream") + body));
        await using LlmClient client = await OpenHttpAsync(server.Url);
        Assert.AreEqual(text, (await client.AskAsync("?", null, Watchdog)).Text);
    }

    /// <summary>Name, body, and the failure it is.</summary>
    public static IEnumerable<object[]> BadBodies() =>
    [
        ["[DONE] without a finish reason", Events(Piece("a"), "[DONE]"), LlmStatus.OutputInvalid, "finish reason"],
        ["the end without a finish reason", Events(Piece("a")), LlmStatus.EngineCrashed, "without a finish reason"],
        ["nothing at all", "", LlmStatus.EngineCrashed, "before the answer began"],
        [
            "an error as data", Events(Piece("a"), """{"error":{"message":"out of beans","code":500}}"""),
            LlmStatus.EngineError, "out of beans"
        ],
        [
            "an error as a line", "error: {\"error\":{\"message\":\"out of beans\"}}\n\n", LlmStatus.EngineError,
            "out of beans"
        ],
        [
            "an error as an event", "event: error\ndata: {\"message\":\"out of beans\"}\n\n", LlmStatus.EngineError,
            "out of beans"
        ],
        ["an error as a document", "{\"error\":\"out of beans\"}", LlmStatus.EngineError, "out of beans"],
        [
            "an error of vLLM", Events("""{"object":"error","message":"out of beans","code":400}"""),
            LlmStatus.InvalidArgument, "out of beans"
        ],
        ["text", "Internal Server Error", LlmStatus.OutputInvalid, "Internal Server Error"],
        [
            "an overflow told in the stream",
            Events(
                """{"error":{"message":"this exceeds it","type":"exceed_context_size_error"}}"""),
            LlmStatus.ContextFull, "context"
        ],
        ["length without a token", Events(Finish("length"), "[DONE]"), LlmStatus.ContextFull, "without a token"],
        ["an unknown finish reason", Events(Piece("a"), Finish("abort"), "[DONE]"), LlmStatus.EngineError, "\"abort\""],
        ["a filter", Events(Piece("a"), Finish("content_filter"), "[DONE]"), LlmStatus.EngineError, "content_filter"],
        ["no JSON", Events("{nonsense"), LlmStatus.OutputInvalid, "nonsense"],
        ["half a surrogate pair", Events(Piece("\\ud83d"), Finish()), LlmStatus.OutputInvalid, "surrogate"],
        [
            "text after the finish reason", Events(Finish(), Piece("a")), LlmStatus.OutputInvalid,
            "after its finish reason"
        ],
        ["a refusal", Events("""{"choices":[{"delta":{"refusal":"no beans"}}]}"""), LlmStatus.EngineError, "no beans"],
    ];

    [TestMethod]
    [DynamicData(nameof(BadBodies))]
    public async Task WhatIsNoWholeAnswer_FailsWithItsReason(string what, string body, LlmStatus status, string words)
    {
        _ = what;
        using var server = new RecordedServer(_ => new Reply(Head("text/event-stream") + body));
        await using LlmClient client = await OpenHttpAsync(server.Url);
        LlmException failure = await FailsAsync(status, () => client.AskAsync("?", null, Watchdog));
        StringAssert.Contains(failure.Message, words);
        Assert.AreEqual(1, server.Asked.Count(), "what a server has begun is not asked for twice");
    }

    [TestMethod]
    public async Task AStreamCutAtAnyByte_IsAWholeAnswerOrAFailure()
    {
        string whole = Head("text/event-stream") + s_whole;
        int finished = whole.IndexOf("[DONE]", StringComparison.Ordinal);
        int cut = 0;
        using var server = new RecordedServer(_ => new Reply(whole[..cut]));
        await using LlmClient client = await OpenHttpAsync(server.Url, new BridgeOptions { Retries = 0 });
        for (cut = 0; cut <= whole.Length; cut++)
        {
            string? text = null;
            LlmStatus status = LlmStatus.Ok;
            try
            {
                text = (await client.AskAsync("?", null, Watchdog)).Text;
            }
            catch (LlmException e)
            {
                status = e.Error.Status;
            }
            bool isWhole = cut >= finished - "\n\ndata: ".Length && text == "Hello there";
            bool isTold = status is LlmStatus.EngineCrashed or LlmStatus.OutputInvalid or LlmStatus.Unavailable;
            Assert.IsTrue(text is null ? isTold : isWhole, $"cut at {cut}: {status}, {text}");
        }
    }

    [TestMethod]
    public async Task AnAnswer_CarriesItsUsageAndEnd()
    {
        using var server =
            new RecordedServer(_ => Stream(Piece("a"), Piece("b"), Finish("length"), Usage(7, 2), "[DONE]"));
        await using LlmClient client = await OpenHttpAsync(server.Url);
        LlmReply reply = await client.AskAsync("?", null, Watchdog);
        Assert.AreEqual("ab", reply.Text);
        Assert.AreEqual(LlmFinishReason.Length, reply.FinishReason);
        Assert.AreEqual(7, reply.Usage.PromptTokens);
        Assert.AreEqual(2, reply.Usage.CompletionTokens);
    }

    [TestMethod]
    public async Task ARequest_SaysWhatWasSet()
    {
        using var server = new RecordedServer(_ => Stream(Piece("{}"), Finish(), "[DONE]"), "vllm");
        await using LlmClient client = await OpenHttpAsync(server.Url + "/v1/");
        var options = new CallOptions
        {
            Instructions = "Be brief.",
            MaxOutputTokens = 9,
            Temperature = 0.5,
            Seed = 3,
            RepeatPenalty = 1.25,
            PresencePenalty = -0.5,
            FrequencyPenalty = 0.75,
            TopK = 5,
            StopSequences = ["x", "y"],
            JsonSchema = """{"type":"object"}""",
        };
        await client.AskAsync("Äh \"?\"", options, Watchdog);
        JsonElement body = JsonDocument.Parse(server.Asked.Single().Body).RootElement;
        Assert.AreEqual("/v1/chat/completions", server.Asked.Single().Path);
        Assert.AreEqual("served", body.GetProperty("model").GetString());
        Assert.AreEqual("Be brief.", body.GetProperty("messages")[0].GetProperty("content").GetString());
        Assert.AreEqual("Äh \"?\"", body.GetProperty("messages")[1].GetProperty("content").GetString());
        Assert.AreEqual(9, body.GetProperty("max_tokens").GetInt32());
        Assert.AreEqual(0.5, body.GetProperty("temperature").GetDouble());
        Assert.AreEqual(3, body.GetProperty("seed").GetInt32());
        Assert.AreEqual(1.25, body.GetProperty("repetition_penalty").GetDouble());
        Assert.AreEqual(-0.5, body.GetProperty("presence_penalty").GetDouble());
        Assert.AreEqual(0.75, body.GetProperty("frequency_penalty").GetDouble());
        Assert.AreEqual(5, body.GetProperty("top_k").GetInt32());
        Assert.AreEqual("y", body.GetProperty("stop")[1].GetString());
        Assert.AreEqual("json_schema", body.GetProperty("response_format").GetProperty("type").GetString());
        Assert.IsTrue(body.GetProperty("stream_options").GetProperty("include_usage").GetBoolean());
    }

    [TestMethod]
    public async Task ASettingThatTheServersInterfaceHasNoPlaceFor_IsUnsupported()
    {
        using var server = new RecordedServer(_ => Stream(Piece("a"), Finish(), "[DONE]"));
        await using LlmClient client = await OpenHttpAsync(server.Url);
        LlmException failure = await FailsAsync(
            LlmStatus.Unsupported, () => client.AskAsync("?", new CallOptions { TopK = 5 }, Watchdog));
        StringAssert.Contains(failure.Message, "top_k");
        Assert.AreEqual(0, server.Asked.Count());
    }

    [TestMethod]
    [DataRow("stream_options", "unknown field: stream_options")]
    [DataRow("max_completion_tokens", "use 'max_completion_tokens' instead of max_tokens")]
    public async Task AServerThatWantsToBeAskedOtherwise_IsAskedSo(string field, string words)
    {
        bool wants = field == "max_completion_tokens";
        using var server = new RecordedServer(request =>
            request.Body.Contains(field, StringComparison.Ordinal) == wants
                ? Stream(Piece("a"), Finish(), "[DONE]")
                : Json($$$"""{"error":{"message":"{{{words}}}"}}""", 400));
        await using LlmClient client = await OpenHttpAsync(server.Url);
        for (int i = 0; i < 2; i++) Assert.AreEqual("a", (await client.AskAsync("?", null, Watchdog)).Text);
        Assert.AreEqual(3, server.Asked.Count(), "what it wants is asked for once");
    }

    [TestMethod]
    public async Task AServerBehindAUnixSocket_Answers()
    {
        using var folder = new TemporaryFolder();
        using var server = new RecordedServer(
            _ => Stream(Piece("a"), Finish(), "[DONE]"), socketPath: Path.Combine(folder.Path, "s"));
        await using LlmClient client = await OpenHttpAsync(server.Url);
        Assert.AreEqual("a", (await client.AskAsync("?", null, Watchdog)).Text);
    }

    [TestMethod]
    public async Task ACancelledCall_ClosesItsConnection()
    {
        using var server = new RecordedServer(
            _ => new Reply(Head("text/event-stream") + Events(Piece("a")), ReplyEnd.StaysOpen));
        await using LlmClient client = await OpenHttpAsync(server.Url);
        using var source = CancellationTokenSource.CreateLinkedTokenSource(Watchdog);
        await Assert.ThrowsAsync<OperationCanceledException>(async () =>
        {
            await foreach (string piece in client.StreamAsync("?", null, source.Token)) await source.CancelAsync();
        });
        await server.ClientLeft.Task.WaitAsync(Watchdog);
    }

    [TestMethod]
    public async Task Embeddings_AreReadInTheOrderOfTheirTexts()
    {
        string base64 = Convert.ToBase64String([0, 0, 0, 64, 0, 0, 64, 64]); // 2 and 3
        using var server = new RecordedServer(_ =>
            Json($$$"""{"data":[{"index":1,"embedding":"{{{base64}}}"},{"index":0,"embedding":[1,0.5]}]}"""));
        await using LlmClient client = await OpenHttpAsync(server.Url);
        var vectors = (await client.EmbedAsync(["a", "b"], null, Watchdog)).Vectors;
        CollectionAssert.AreEqual(new float[] { 1, 0.5f }, vectors[0]);
        CollectionAssert.AreEqual(new float[] { 2, 3 }, vectors[1]);
        JsonElement asked = JsonDocument.Parse(server.Asked.Single().Body).RootElement;
        Assert.AreEqual("float", asked.GetProperty("encoding_format").GetString());
    }

    [TestMethod]
    [DataRow("""{"data":[]}""", LlmStatus.OutputInvalid)]
    [DataRow("""{"data":[{"index":5,"embedding":[1]}]}""", LlmStatus.OutputInvalid)]
    [DataRow("""{"data":[{"index":0,"embedding":["a"]}]}""", LlmStatus.OutputInvalid)]
    [DataRow("""{"data":[{"index":0,"embedding":"AAA="}]}""", LlmStatus.OutputInvalid)]
    [DataRow("""{"data":[{"index":0,"embedding":[1e999]}]}""", LlmStatus.OutputInvalid)]
    [DataRow("""{"data":[{"index":0}]}""", LlmStatus.OutputInvalid)]
    [DataRow("""{"error":"no embeddings here"}""", LlmStatus.EngineError)]
    [DataRow("nonsense", LlmStatus.OutputInvalid)]
    public async Task EmbeddingsThatAreNone_AreRefused(string body, LlmStatus status)
    {
        using var server = new RecordedServer(_ => Json(body));
        await using LlmClient client = await OpenHttpAsync(server.Url);
        await FailsAsync(status, () => client.EmbedAsync("a", null, Watchdog));
    }
}
