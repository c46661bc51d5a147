namespace LlmBridge.InteropTests;

/// <summary>ChatAsync and ChatStreamAsync: conversations of messages.</summary>
[TestClass]
public sealed class ChatTests : BridgeTest
{
    private static readonly LlmMessage[] s_hello = [new(LlmRole.User, "hi")];

    [TestMethod]
    public async Task Chat_GivesTheModelTheWholeConversation()
    {
        TestModel.RequireLlama();
        await using LlmClient client = await LlmClient.OpenAsync(cancellationToken: Watchdog);
        LlmReply short1 = await client.ChatAsync([new(LlmRole.User, "What is 2+2?")], null, Watchdog);
        Assert.AreEqual("2 + 2 = 4.", short1.Text);
        LlmReply longer = await client.ChatAsync(
            [
                new(LlmRole.User, "Who are you?"), new(LlmRole.Assistant, "A \"model\"\n\u00e4\ud83d\ude00."),
                new(LlmRole.User, "What is 2+2?"),
            ],
            null, Watchdog);
        Assert.IsGreaterThan(short1.Usage.PromptTokens, longer.Usage.PromptTokens);
    }

    [TestMethod]
    public async Task ChatStream_EndsWithHowItEnded()
    {
        TestModel.RequireLlama();
        await using LlmClient client = await LlmClient.OpenAsync(cancellationToken: Watchdog);
        var updates = new List<LlmUpdate>();
        var options = new CallOptions { MaxOutputTokens = 3 };
        await foreach (LlmUpdate update in client.ChatStreamAsync(s_hello, options, Watchdog)) updates.Add(update);
        Assert.AreEqual(LlmFinishReason.Length, updates[^1].FinishReason);
        Assert.AreEqual(3, updates[^1].Usage!.Value.CompletionTokens);
        Assert.AreEqual("llama", updates[^1].Engine);
        Assert.AreEqual("", updates[^1].Text);
        Assert.IsTrue(updates[..^1].All(update => update.FinishReason is null && update.Text.Length > 0));
    }

    [TestMethod]
    public async Task AConversationBesideAPrompt_IsRefused()
    {
        await using LlmClient client = await OpenFakeAsync();
        var options = new CallOptions
        {
            Settings = new Dictionary<string, string> { ["messages"] = """[{"role":"user","content":"hi"}]""" },
        };
        await IsRefusedAsync(() => client.AskAsync("hi", options, Watchdog));
        await IsRefusedAsync(() => client.ChatAsync(s_hello, options, Watchdog));
        Assert.ThrowsExactly<ArgumentException>(() => client.StreamAsync("hi", options, Watchdog));
        await IsRefusedAsync(() => client.ChatAsync([], null, Watchdog));
        await IsRefusedAsync(() => client.ChatAsync([null!], null, Watchdog));
    }

    [TestMethod]
    public async Task TextsOfWhatIsLogged_HoldNoPromptAndNoAnswer()
    {
        const string secret = "tell nobody";
        await using LlmClient client = await OpenFakeAsync();
        LlmReply reply = await client.AskAsync(secret, null, Watchdog);
        Assert.AreEqual(secret, reply.Text);
        var update = new LlmUpdate { Text = secret };
        var item = new LlmItem<LlmReply> { Index = 0, Value = reply };
        var options = new CallOptions { Instructions = secret, StopSequences = [secret] };
        var call = new LlmToolCall("1", "f", $"\"{secret}\"");
        foreach (object told in new object[]
        {
            reply, update, item, options, new BridgeOptions { Calls = options },
            new LlmMessage(LlmRole.User, secret), call,
        })
        {
            Assert.DoesNotContain(secret, $"{told}");
        }
    }
}
