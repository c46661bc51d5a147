using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text;
using OpenAI.Chat;
using OpenAI.Embeddings;

namespace LlmBridge.InteropTests.Serve;

/// <summary>Clients that others have written, and the engine http, against the gateway.</summary>
[TestClass]
public sealed class ServeClientTests : BridgeTest
{
    [TestMethod]
    public async Task OpenAisClient_GetsAWholeAnswerAndAStream()
    {
        await using ServeProgram serve = await ServeProgram.StartAsync(["engine=fake", "command=pieces 3 1"], Watchdog);
        var client = new ChatClient(serve.Model, new ApiKeyCredential(serve.Key), Options(serve));
        ChatCompletion whole = await client.CompleteChatAsync([new UserChatMessage("?")], null, Watchdog);
        Assert.AreEqual(ChatFinishReason.Stop, whole.FinishReason);
        Assert.IsTrue(whole.Usage.OutputTokenCount > 0);
        var text = new StringBuilder();
        ChatFinishReason? end = null;
        AsyncCollectionResult<StreamingChatCompletionUpdate> updates =
            client.CompleteChatStreamingAsync([new UserChatMessage("?")], null, Watchdog);
        await foreach (StreamingChatCompletionUpdate update in updates)
        {
            foreach (ChatMessageContentPart part in update.ContentUpdate) text.Append(part.Text);
            end ??= update.FinishReason;
        }
        Assert.AreEqual(whole.Content[0].Text, text.ToString());
        Assert.AreEqual(ChatFinishReason.Stop, end);
    }

    [TestMethod]
    public async Task OpenAisClient_GetsEmbeddings()
    {
        await using ServeProgram serve = await ServeProgram.StartAsync(["engine=hash"], Watchdog);
        var client = new EmbeddingClient(serve.Model, new ApiKeyCredential(serve.Key), Options(serve));
        OpenAIEmbeddingCollection made = await client.GenerateEmbeddingsAsync(["a cat", "a dog"], null, Watchdog);
        var options = new BridgeOptions { Engine = LlmEngine.Hash };
        await using LlmClient bridge = await LlmClient.OpenAsync(options);
        LlmEmbeddings expected = await bridge.EmbedAsync(["a cat", "a dog"], null, Watchdog);
        for (int i = 0; i < 2; i++) CollectionAssert.AreEqual(expected.Vectors[i], made[i].ToFloats().ToArray());
    }

    [TestMethod]
    public async Task OpenAisClient_HearsOfAFailure()
    {
        await using ServeProgram serve = await ServeProgram.StartAsync(
            ["engine=fake", "command=hang", "timeout_ms=300", "grace_ms=50", "stall_timeout_ms=0"], Watchdog);
        var client = new ChatClient(serve.Model, new ApiKeyCredential(serve.Key), Options(serve));
        ClientResultException failure = await Assert.ThrowsExactlyAsync<ClientResultException>(
            () => client.CompleteChatAsync([new UserChatMessage("?")], null, Watchdog));
        Assert.AreEqual(504, failure.Status);
        StringAssert.Contains(failure.Message, "timeout_ms");
    }

    [TestMethod]
    public async Task TheEngineHttp_HasTheGatewayAsItsServer()
    {
        await using ServeProgram serve = await ServeProgram.StartAsync(["engine=fake"], Watchdog);
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.At("key"), serve.Key, Watchdog);
        var options = new BridgeOptions
        {
            Engine = LlmEngine.Http,
            Url = serve.Url.ToString(),
            ApiKeyFile = folder.At("key"),
        };
        await using LlmClient client = await LlmClient.OpenAsync(options);
        LlmReply reply = await client.AskAsync("Are you there, h\u00e9?", new CallOptions { TopK = 3 }, Watchdog);
        Assert.AreEqual("Are you there, h\u00e9?", reply.Text);
        Assert.AreEqual(LlmFinishReason.Stop, reply.FinishReason);
        Assert.IsTrue(reply.Usage.CompletionTokens > 0);
        Assert.AreEqual(2, (await client.EmbedAsync(["a", "b"], null, Watchdog)).Vectors.Count);
        LlmException failure = await FailsAsync(
            LlmStatus.EngineError,
            () => client.AskAsync("no JSON", new CallOptions { Expect = LlmExpect.Json }, Watchdog));
        StringAssert.Contains(failure.Message, "the answer is not JSON");
    }

    [TestMethod]
    public async Task AnEngineThatDiesInItsAnswer_IsNoticedByNobody()
    {
        TestModel.RequireLlama();
        const string Body = """{"messages":[{"role":"user","content":"Who are you?"}],"max_tokens":48,"stream":true}""";
        await using ServeProgram serve = await ServeProgram.StartAsync([], Watchdog);
        string undisturbed = TextOf(await serve.ExchangeAsync(serve.Post("/v1/chat/completions", Body), Watchdog));
        Task<string> disturbed = serve.ExchangeAsync(serve.Post("/v1/chat/completions", Body), Watchdog);
        foreach (long engine in serve.Engines()) Processes.Signal(engine, Processes.SignalKill);
        Assert.AreEqual(undisturbed, TextOf(await disturbed));
    }

    private static string TextOf(string response)
    {
        string[] events = ServeAnswerTests.EventsOf(response);
        Assert.AreEqual("[DONE]", events[^1], response);
        var text = new StringBuilder();
        foreach (string item in events[..^1])
        {
            using var chunk = System.Text.Json.JsonDocument.Parse(item);
            bool says = chunk.RootElement.GetProperty("choices")[0].GetProperty("delta")
                .TryGetProperty("content", out System.Text.Json.JsonElement content);
            if (says) text.Append(content.GetString());
        }
        return text.ToString();
    }

    private static global::OpenAI.OpenAIClientOptions Options(ServeProgram serve) => new()
    {
        Endpoint = new Uri(serve.Url, "v1"),
        RetryPolicy = new ClientRetryPolicy(0),
    };
}
