using System.Text.Json;

namespace LlmBridge.InteropTests.Serve;

/// <summary>Anthropic's Messages API at the gateway.</summary>
[TestClass]
public sealed class ServeMessagesTests : BridgeTest
{
    private const string Messages = "/v1/messages";
    private const string Ask = """{"max_tokens":64,"messages":[{"role":"user","content":"Hi, h\u00e9!"}]""";

    [TestMethod]
    public async Task AQuestion_IsAnsweredWhole()
    {
        await using ServeProgram serve = await ServeProgram.StartAsync(["engine=fake"], Watchdog);
        JsonElement answer = await serve.PostAsync(Messages, Ask + "}", 200, Watchdog);
        Assert.AreEqual("message", answer.GetProperty("type").GetString());
        Assert.AreEqual("Hi, hé!", answer.GetProperty("content")[0].GetProperty("text").GetString());
        Assert.AreEqual("end_turn", answer.GetProperty("stop_reason").GetString());
        Assert.IsGreaterThan(0, answer.GetProperty("usage").GetProperty("output_tokens").GetInt64());
    }

    [TestMethod]
    public async Task AStream_HasItsEventsInOrderAndOneEnd()
    {
        await using ServeProgram serve = await ServeProgram.StartAsync(["engine=fake", "command=pieces 3 5"], Watchdog);
        string response = await serve.ExchangeAsync(serve.Post(Messages, Ask + ",\"stream\":true}"), Watchdog);
        (string Name, JsonElement Data)[] events = ServeEvents.Of(response);
        foreach ((string name, JsonElement data) in events) Assert.AreEqual(name, data.GetProperty("type").GetString());
        string names = string.Join(' ', events.Select(one => one.Name).Distinct());
        Assert.AreEqual(
            "message_start content_block_start content_block_delta content_block_stop message_delta message_stop",
            names);
        Assert.AreEqual(1, events.Count(one => one.Name == "message_stop"));
        string text = string.Concat(events.Where(one => one.Name == "content_block_delta")
            .Select(one => one.Data.GetProperty("delta").GetProperty("text").GetString()));
        JsonElement whole = await serve.PostAsync(Messages, Ask + "}", 200, Watchdog);
        Assert.AreEqual(text, whole.GetProperty("content")[0].GetProperty("text").GetString());
    }

    [TestMethod]
    public async Task AConversationWithCallsOfTools_ReachesTheEngine()
    {
        await using ServeProgram serve = await ServeProgram.StartAsync(["engine=fake"], Watchdog);
        JsonElement answer = await serve.PostAsync(
            Messages,
            """
            {"max_tokens":64,"system":[{"type":"text","text":"Be "},{"type":"text","text":"brief."}],"messages":[
            {"role":"user","content":"Rain?"},
            {"role":"assistant","content":[{"type":"thinking","thinking":"hm","signature":"x"},
            {"type":"text","text":"So:"},{"type":"tool_use","id":"t1","name":"weather","input":{"city":"Paris"}}]},
            {"role":"user","content":[
            {"type":"tool_result","tool_use_id":"t1","content":[{"type":"text","text":"wet"}]},
            {"type":"text","text":"And?"}]}]}
            """,
            200, Watchdog);
        string said = answer.GetProperty("content")[0].GetProperty("text").GetString()!; // the fake engine's echo
        JsonElement messages = JsonDocument.Parse(said).RootElement;
        string roles = string.Join(' ', messages.EnumerateArray().Select(one => one.GetProperty("role").GetString()));
        Assert.AreEqual("system user assistant tool user", roles);
        Assert.AreEqual("Be brief.", messages[0].GetProperty("content").GetString());
        Assert.AreEqual("hm", messages[2].GetProperty("reasoning_content").GetString());
        JsonElement call = messages[2].GetProperty("tool_calls")[0].GetProperty("function");
        Assert.AreEqual("weather", call.GetProperty("name").GetString());
        Assert.AreEqual("t1", messages[3].GetProperty("tool_call_id").GetString());
        Assert.AreEqual("wet", messages[3].GetProperty("content").GetString());
    }

    [TestMethod]
    [DataRow("""{"messages":[{"role":"user","content":"?"}]}""", 400, "invalid_request_error", "max_tokens")]
    [DataRow("""{"max_tokens":1,"messages":[{"role":"system","content":"?"}]}""", 400, "invalid_request_error", "role")]
    [DataRow("""{"max_tokens":1,"messages":[{"role":"user","content":[{"type":"image"}]}]}""", 400,
        "invalid_request_error", "messages[0].content[0]")]
    [DataRow("""{"max_tokens":1,"messages":[{"role":"user","content":[]}]}""", 400, "invalid_request_error",
        "messages[0].content")]
    [DataRow("""{"max_tokens":1,"output_format":{"type":"json_schema"},"messages":[{"role":"user","content":"?"}]}""",
        400, "invalid_request_error", "output_format")]
    [DataRow("""{"model":"claude","max_tokens":1,"messages":[]}""", 404, "not_found_error", "claude")]
    public async Task AWrongRequest_IsToldInAnthropicsForm(string body, int status, string type, string named)
    {
        await using ServeProgram serve = await ServeProgram.StartAsync(["engine=fake"], Watchdog);
        JsonElement answer = await serve.PostAsync(Messages, body, status, Watchdog);
        Assert.AreEqual("error", answer.GetProperty("type").GetString());
        Assert.AreEqual(type, answer.GetProperty("error").GetProperty("type").GetString());
        StringAssert.Contains(answer.GetProperty("error").GetProperty("message").GetString(), named);
    }

    [TestMethod]
    public async Task AnthropicsHeader_HasTheKey()
    {
        await using ServeProgram serve = await ServeProgram.StartAsync(["engine=fake"], Watchdog);
        string request = serve.Post(Messages, Ask + "}")
            .Replace("Authorization: Bearer ", "X-Api-Key: ", StringComparison.Ordinal);
        StringAssert.StartsWith(await serve.ExchangeAsync(request, Watchdog), "HTTP/1.1 200 ");
        request = request.Replace(serve.Key, "wrong", StringComparison.Ordinal);
        string refused = await serve.ExchangeAsync(request, Watchdog);
        StringAssert.StartsWith(refused, "HTTP/1.1 401 ");
        StringAssert.Contains(refused, "authentication_error");
    }

    /// <summary>What Claude Code looks for to shorten a conversation.</summary>
    [TestMethod]
    public async Task APromptThatIsTooLong_HasAnthropicsWords()
    {
        await using ServeProgram serve = await ServeProgram.StartAsync(["context=64"], Watchdog);
        string words = string.Concat(Enumerable.Repeat("word ", 200));
        JsonElement answer = await serve.PostAsync(
            Messages, $$"""{"max_tokens":1,"messages":[{"role":"user","content":"{{words}}"}]}""", 400, Watchdog);
        StringAssert.StartsWith(
            answer.GetProperty("error").GetProperty("message").GetString(), "prompt is too long");
    }
}
