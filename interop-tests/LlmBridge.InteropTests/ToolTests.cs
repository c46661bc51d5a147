using Microsoft.Extensions.AI;

namespace LlmBridge.InteropTests;

/// <summary>Functions that a model calls through LlmClient, and its reasoning.</summary>
[TestClass]
public sealed class ToolTests : BridgeTest
{
    private static readonly LlmTool s_weather = new(
        "weather", "Tells the weather.",
        """{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}""");

    private static CallOptions Options => new() { Tools = LlmTool.Json(s_weather) };

    [TestMethod]
    public async Task AReply_HasTheCallsAndTheReasoning()
    {
        await using LlmClient client = await OpenFakeAsync("""reason Hm.; say So:; tool weather {"city":"Rome"}""");
        LlmReply reply = await client.AskAsync("Weather?", Options, Watchdog);
        Assert.AreEqual("So:", reply.Text);
        Assert.AreEqual("Hm.", reply.Reasoning);
        Assert.AreEqual(LlmFinishReason.ToolCalls, reply.FinishReason);
        Assert.AreEqual("parsed", reply.ToolParse);
        LlmToolCall call = reply.ToolCalls.Single();
        Assert.AreEqual("weather", call.Name);
        Assert.AreEqual("""{"city":"Rome"}""", call.ArgumentsJson);
        Assert.AreEqual("call_1", call.Id);
    }

    [TestMethod]
    public async Task AStream_HasThemInItsLastUpdate()
    {
        await using LlmClient client = await OpenFakeAsync("""reason Hm.; say So:; tool weather {"city":"Rome"}""");
        var updates = new List<LlmUpdate>();
        await foreach (LlmUpdate update in client.ChatStreamAsync(
            [new LlmMessage(LlmRole.User, "Weather?")], Options, Watchdog))
        {
            updates.Add(update);
        }
        Assert.AreEqual("So:", string.Concat(updates.Select(update => update.Text)));
        Assert.IsTrue(updates[..^1].All(update => update.ToolCalls.Count == 0));
        Assert.AreEqual("weather", updates[^1].ToolCalls.Single().Name);
        Assert.AreEqual("Hm.", updates[^1].Reasoning);
    }

    [TestMethod]
    [DataRow("""tool weather {"city":7}""", "/city")]
    [DataRow("""tool weather {}""", "required")]
    [DataRow("""tool format_disk {}""", "format_disk")]
    public async Task ACallThatBreaksItsSchema_IsAnError(string script, string words)
    {
        await using LlmClient client = await OpenFakeAsync(script);
        LlmException failure =
            await FailsAsync(LlmStatus.OutputInvalid, () => client.AskAsync("Weather?", Options, Watchdog));
        StringAssert.Contains(failure.Message, words);
    }

    [TestMethod]
    public async Task AReply_IsAMessageOfTheConversationThatGoesOn()
    {
        await using LlmClient client = await OpenFakeAsync("""reason Hm.; tool weather {"city":"Rome"}""");
        var messages = new List<LlmMessage> { new(LlmRole.User, "Weather?") };
        LlmReply reply = await client.ChatAsync(messages, Options, Watchdog);
        messages.Add(reply.ToMessage());
        messages.Add(new LlmMessage(LlmRole.Tool, "sunny") { ToolCallId = reply.ToolCalls[0].Id });
        await using LlmClient echo = await OpenFakeAsync("echo");
        LlmReply second = await echo.ChatAsync(messages, Options, Watchdog);
        StringAssert.Contains(
            second.Text,
            """{"role":"assistant","content":"","reasoning_content":"Hm.","tool_calls":[{"id":"call_1","""
            + "\"type\":\"function\",\"function\":"
            + """{"name":"weather","arguments":"{\"city\":\"Rome\"}"}}]},"""
            + """{"role":"tool","content":"sunny","tool_call_id":"call_1"}""");
    }

    /// <summary>Through an IChatClient a model calls in its own way; one that is scripted proves it.</summary>
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task AChatClient_CallsInTheModelsOwnWay(bool streamed)
    {
        await using LlmClient client = await LlmClient.OpenAsync(
            new BridgeOptions { Model = TestModel.MakeTools(), Threads = 1 });
        using IChatClient chat = client.AsChatClient();
        AIFunction weather = AIFunctionFactory.Create((string city) => $"rain in {city}", "weather", "Tells.");
        var options = new ChatOptions { Tools = [weather] };
        ChatResponse response = streamed
            ? await chat.GetStreamingResponseAsync("Rain?", options, Watchdog).ToChatResponseAsync(Watchdog)
            : await chat.GetResponseAsync("Rain?", options, Watchdog);
        Assert.AreEqual(ChatFinishReason.ToolCalls, response.FinishReason);
        IList<AIContent> contents = response.Messages.Single().Contents;
        Assert.AreEqual("It may rain there.", contents.OfType<TextReasoningContent>().Single().Text);
        StringAssert.StartsWith(response.Text, "Let me see.");
        FunctionCallContent call = contents.OfType<FunctionCallContent>().Single();
        Assert.AreEqual(
            "rain in Rome", (await weather.InvokeAsync(new AIFunctionArguments(call.Arguments), Watchdog))!.ToString());
    }
}
