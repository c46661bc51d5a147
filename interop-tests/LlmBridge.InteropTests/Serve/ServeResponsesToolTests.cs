using System.Text.Json;

namespace LlmBridge.InteropTests.Serve;

/// <summary>Tools and reasoning in OpenAI's Responses API.</summary>
[TestClass]
public sealed class ServeResponsesToolTests : BridgeTest
{
    private const string Responses = "/v1/responses";

    private const string Tools =
        """
        "tools":[{"type":"function","name":"weather","parameters":{"type":"object","properties":{"city":
        {"type":"string"}},"required":["city"]},"strict":true}],"reasoning":{"effort":"low"}
        """;

    private const string Script = """command=reason Hm.; say So:; tool weather {"city":"Rome"}""";

    [TestMethod]
    public async Task AResponse_HasTheCallsAndAnotherGoesOnFromThem()
    {
        using var folder = new TemporaryFolder();
        await using ServeProgram serve = await ServeProgram.StartAsync(
            ["engine=fake", Script, "session_dir=" + folder.Path], Watchdog);
        JsonElement first = await serve.PostAsync(
            Responses, """{"input":"Weather?",""" + Tools + ""","tool_choice":"required"}""", 200, Watchdog);
        CheckOutput(first, "reasoning message function_call");
        string id = first.GetProperty("id").GetString()!;
        string found = await serve.Http.GetStringAsync($"{Responses}/{id}", Watchdog);
        CheckOutput(JsonDocument.Parse(found).RootElement, "reasoning message function_call");
        JsonElement next = await serve.PostAsync(
            Responses,
            """{"input":[{"type":"function_call_output","call_id":"call_1","output":"wet"}],"""
            + Tools + ",\"previous_response_id\":\"" + id + "\"}",
            200, Watchdog);
        Assert.AreEqual("completed", next.GetProperty("status").GetString());
    }

    [TestMethod]
    public async Task AConversationWithCalls_ReachesTheEngineAsOneAnswerEach()
    {
        await using ServeProgram serve = await ServeProgram.StartAsync(["engine=fake"], Watchdog);
        JsonElement answer = await serve.PostAsync(
            Responses,
            """
            {"store":false,"input":[{"role":"user","content":"Rain?"},
            {"type":"reasoning","id":"rs_1","summary":[],"content":[{"type":"reasoning_text","text":"hm"}]},
            {"type":"message","role":"assistant","content":[{"type":"output_text","text":"So:"}]},
            {"type":"function_call","call_id":"c1","name":"weather","arguments":"{}"},
            {"type":"function_call","call_id":"c2","name":"wind","arguments":"{}"},
            {"type":"function_call_output","call_id":"c1","output":"wet"},
            {"type":"function_call_output","call_id":"c2","output":"none"}]}
            """,
            200, Watchdog);
        string said = answer.GetProperty("output")[0].GetProperty("content")[0].GetProperty("text").GetString()!;
        JsonElement messages = JsonDocument.Parse(said).RootElement; // the fake engine's echo
        string roles = string.Join(' ', messages.EnumerateArray().Select(one => one.GetProperty("role").GetString()));
        Assert.AreEqual("user assistant tool tool", roles);
        Assert.AreEqual("hm", messages[1].GetProperty("reasoning_content").GetString());
        Assert.AreEqual("So:", messages[1].GetProperty("content").GetString());
        Assert.AreEqual(2, messages[1].GetProperty("tool_calls").GetArrayLength());
    }

    [TestMethod]
    public async Task AStream_HasEachItemBegunAndEnded()
    {
        await using ServeProgram serve = await ServeProgram.StartAsync(["engine=fake", Script], Watchdog);
        string body = """{"input":"Weather?","stream":true,"store":false,""" + Tools + "}";
        (string Name, JsonElement Data)[] events = ServeEvents.Of(
            await serve.ExchangeAsync(serve.Post(Responses, body), Watchdog));
        foreach (string name in (string[])["response.output_item.added", "response.output_item.done"])
        {
            string types = string.Join(' ', events.Where(one => one.Name == name)
                .Select(one => one.Data.GetProperty("item").GetProperty("type").GetString()));
            Assert.AreEqual("message reasoning function_call", types, name);
        }
        JsonElement arguments = events.Single(one => one.Name == "response.function_call_arguments.done").Data;
        Assert.AreEqual("""{"city":"Rome"}""", arguments.GetProperty("arguments").GetString());
        Assert.AreEqual("response.completed", events[^1].Name);
        CheckOutput(events[^1].Data.GetProperty("response"), "message reasoning function_call");
    }

    [TestMethod]
    [DataRow("""{"input":"?","tools":[{"type":"web_search"}]}""", "unsupported_parameter", "tools[0].type")]
    [DataRow("""{"input":"?","tools":[{"type":"function"}]}""", "invalid_value", "tools[0].name")]
    [DataRow("""{"input":"?","tool_choice":"required"}""", "invalid_value", "tool_choice")]
    [DataRow("""{"input":"?","reasoning":{"effort":"much"}}""", "invalid_value", "reasoning.effort")]
    public async Task WhatCannotBeServed_IsNamed(string body, string code, string field)
    {
        await using ServeProgram serve = await ServeProgram.StartAsync(["engine=fake"], Watchdog);
        JsonElement error = (await serve.PostAsync(Responses, body, 400, Watchdog)).GetProperty("error");
        Assert.AreEqual(code, error.GetProperty("code").GetString());
        Assert.AreEqual(field, error.GetProperty("param").GetString());
    }

    private static void CheckOutput(JsonElement response, string types)
    {
        JsonElement[] items = [.. response.GetProperty("output").EnumerateArray()];
        Assert.AreEqual(types, string.Join(' ', items.Select(item => item.GetProperty("type").GetString())));
        JsonElement Item(string type) => items.Single(item => item.GetProperty("type").GetString() == type);
        Assert.AreEqual("So:", Item("message").GetProperty("content")[0].GetProperty("text").GetString());
        Assert.AreEqual("Hm.", Item("reasoning").GetProperty("content")[0].GetProperty("text").GetString());
        JsonElement call = Item("function_call");
        Assert.AreEqual("call_1", call.GetProperty("call_id").GetString());
        Assert.AreEqual("""{"city":"Rome"}""", call.GetProperty("arguments").GetString());
    }
}
