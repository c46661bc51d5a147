using Microsoft.Extensions.AI;

namespace LlmBridge.InteropTests;

/// <summary>LlmBridge.Extensions.AI: a client as IChatClient and IEmbeddingGenerator.</summary>
[TestClass]
public sealed class ChatClientTests : BridgeTest
{
    [TestMethod]
    public async Task Response_HasTextReasonUsageAndModel()
    {
        await using LlmClient client = await OpenDemonstrationAsync();
        using IChatClient chat = client.AsChatClient();
        ChatResponse response = await chat.GetResponseAsync("What is 2+2?", cancellationToken: Watchdog);
        Assert.AreEqual("2 + 2 = 4.", response.Text);
        Assert.AreEqual(ChatFinishReason.Stop, response.FinishReason);
        Assert.AreEqual("demo", response.ModelId);
        Assert.IsGreaterThan(0, response.Usage!.InputTokenCount!.Value);
        Assert.AreEqual(
            response.Usage.InputTokenCount + response.Usage.OutputTokenCount, response.Usage.TotalTokenCount);
        Assert.AreEqual("llama", response.AdditionalProperties!["llmbridge.engine"]);
        Assert.AreEqual("demo", ((ChatClientMetadata)chat.GetService(typeof(ChatClientMetadata))!).DefaultModelId);
        Assert.AreSame(client, chat.GetService(typeof(LlmClient)));
    }

    [TestMethod]
    public async Task Stream_AddsUpToTheResponse()
    {
        await using LlmClient client = await OpenDemonstrationAsync();
        using IChatClient chat = client.AsChatClient();
        var options = new ChatOptions { MaxOutputTokens = 4 };
        ChatResponse whole = await chat.GetResponseAsync("Tell me a story.", options, Watchdog);
        ChatResponse streamed =
            await chat.GetStreamingResponseAsync("Tell me a story.", options, Watchdog).ToChatResponseAsync(Watchdog);
        Assert.AreEqual(whole.Text, streamed.Text);
        Assert.AreEqual(ChatFinishReason.Length, streamed.FinishReason);
        Assert.AreEqual(4, streamed.Usage!.OutputTokenCount);
        Assert.AreEqual(whole.Usage!.InputTokenCount, streamed.Usage.InputTokenCount);
        Assert.HasCount(1, streamed.Messages);
    }

    [TestMethod]
    public async Task Instructions_BecomeASystemMessage()
    {
        await using LlmClient client = await OpenDemonstrationAsync();
        using IChatClient chat = client.AsChatClient();
        ChatResponse plain = await chat.GetResponseAsync("hi", cancellationToken: Watchdog);
        ChatResponse told =
            await chat.GetResponseAsync("hi", new ChatOptions { Instructions = "Be brief." }, Watchdog);
        Assert.IsGreaterThan(plain.Usage!.InputTokenCount!.Value, told.Usage!.InputTokenCount!.Value);
    }

    [TestMethod]
    [DataRow(nameof(ChatOptions.ConversationId))]
    [DataRow(nameof(ChatOptions.Tools))]
    [DataRow(nameof(ChatOptions.ModelId))]
    [DataRow(nameof(ChatOptions.AllowBackgroundResponses))]
    public async Task AnOptionThatThereIsNothingFor_IsRefusedByName(string name)
    {
        await using LlmClient client = await OpenFakeAsync();
        using IChatClient chat = client.AsChatClient();
        var options = new ChatOptions();
        switch (name)
        {
            case nameof(ChatOptions.ConversationId): options.ConversationId = "1"; break;
            case nameof(ChatOptions.Tools): options.Tools = [new HostedCodeInterpreterTool()]; break;
            case nameof(ChatOptions.ModelId): options.ModelId = "another"; break;
            case nameof(ChatOptions.AllowBackgroundResponses): options.AllowBackgroundResponses = true; break;
            default: throw new ArgumentException(name, nameof(name));
        }
        NotSupportedException refusal = await Assert.ThrowsExactlyAsync<NotSupportedException>(
            () => chat.GetResponseAsync("hi", options, Watchdog));
        Assert.Contains(name == nameof(ChatOptions.ModelId) ? "another" : name, refusal.Message);
    }

    /// <summary>Settings by name, which the library checks.</summary>
    [TestMethod]
    public async Task AdditionalProperties_AreSettings_AndOneThatIsNoneIsAnError()
    {
        await using LlmClient client = await OpenFakeAsync("flood 5000");
        using IChatClient chat = client.AsChatClient();
        var options = new ChatOptions { AdditionalProperties = new() { ["output_bytes"] = 1000 } };
        await FailsAsync(LlmStatus.OutputTooLarge, () => chat.GetResponseAsync("hi", options, Watchdog));
        options.AdditionalProperties = new() { ["frobnicate"] = 1 };
        await FailsAsync(LlmStatus.InvalidArgument, () => chat.GetResponseAsync("hi", options, Watchdog));
    }

    [TestMethod]
    public async Task AMessageThatHoldsAPicture_IsRefused()
    {
        await using LlmClient client = await OpenFakeAsync();
        using IChatClient chat = client.AsChatClient();
        ChatMessage picture = new(ChatRole.User, [new DataContent(new byte[] { 1 }, "image/png")]);
        await Assert.ThrowsExactlyAsync<NotSupportedException>(
            () => chat.GetResponseAsync([picture], cancellationToken: Watchdog));
    }

    /// <summary>The demonstration model speaks no JSON, so an answer that is none, or cut, must not come
    /// through.</summary>
    [TestMethod]
    public async Task AResponseInJson_ThatIsNone_IsAnError()
    {
        await using LlmClient client = await OpenDemonstrationAsync();
        using IChatClient chat = client.AsChatClient();
        await FailsAsync(LlmStatus.OutputInvalid, () => chat.GetResponseAsync(
            "Tell me a story.", new ChatOptions { ResponseFormat = ChatResponseFormat.Json }, Watchdog));
    }

    /// <summary>By the schema where the library has the setting json_schema; where it has not, it says so.</summary>
    [TestMethod]
    public async Task AResponseByASchema_IsValidOrAnError()
    {
        await using LlmClient right = await OpenFakeAsync("say {\"answer\":4}");
        using IChatClient chat = right.AsChatClient();
        ChatResponse<Sum> sum = await chat.GetResponseAsync<Sum>("What is 2+2?", cancellationToken: Watchdog);
        Assert.AreEqual(4, sum.Result.Answer);
        await using LlmClient wrong = await OpenFakeAsync("say {\"answer\":\"four\"}");
        using IChatClient other = wrong.AsChatClient();
        await FailsAsync(
            LlmStatus.OutputInvalid, () => other.GetResponseAsync<Sum>("What is 2+2?", cancellationToken: Watchdog));
    }

    [TestMethod]
    public async Task Embeddings_KeepTheOrderOfMoreTextsThanACallTakes()
    {
        await using LlmClient client = await OpenFakeAsync();
        using IEmbeddingGenerator<string, Embedding<float>> generator = client.AsEmbeddingGenerator();
        string[] texts = [.. Enumerable.Range(0, 5000).Select(i => new string('a', 1 + i % 100))];
        GeneratedEmbeddings<Embedding<float>> made =
            await generator.GenerateAsync(texts, cancellationToken: Watchdog);
        Assert.HasCount(5000, made);
        for (int i = 0; i < made.Count; i++) Assert.AreEqual(1 + i % 100, made[i].Vector.Span[0]);
        Assert.AreEqual(2, made.Usage!.InputTokenCount); // the fake engine says 1 a call
        Assert.IsEmpty(await generator.GenerateAsync([], cancellationToken: Watchdog));
        await Assert.ThrowsExactlyAsync<NotSupportedException>(() => generator.GenerateAsync(
            ["a"], new EmbeddingGenerationOptions { Dimensions = 7777 }, Watchdog));
    }

    private Task<LlmClient> OpenDemonstrationAsync()
    {
        TestModel.RequireLlama();
        return LlmClient.OpenAsync(cancellationToken: Watchdog);
    }

    internal sealed record Sum(int Answer);
}
