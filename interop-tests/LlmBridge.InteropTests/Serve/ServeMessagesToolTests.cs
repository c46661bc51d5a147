using System.Text.Json;

namespace LlmBridge.InteropTests.Serve;

/// <summary>Tools and thinking in Anthropic's Messages API.</summary>
[TestClass]
public sealed class ServeMessagesToolTests : BridgeTest
{
    private const string Messages = "/v1/messages";

    private const string Ask =
        """
        {"max_tokens":64,"messages":[{"role":"user","content":"Weather?"}],"thinking":{"type":"enabled",
        "budget_tokens":1024},"tools":[{"name":"weather","description":"Tells it.","input_schema":{"type":"object",
        "properties":{"city":{"type":"string"}},"required":["city"]}}]
        """;

    private const string Script = """command=reason Hm.; say So:; tool weather {"city":"Rome"}""";

    [TestMethod]
    public async Task AnAnswer_HasThinkingTextAndCalls()
    {
        await using ServeProgram serve = await ServeProgram.StartAsync(["engine=fake", Script], Watchdog);
        JsonElement answer = await serve.PostAsync(
            Messages, Ask + ",\"tool_choice\":{\"type\":\"any\"}}", 200, Watchdog);
        Assert.AreEqual("tool_use", answer.GetProperty("stop_reason").GetString());
        string[] blocks = [.. answer.GetProperty("content").EnumerateArray().Select(block => block.GetRawText())];
        Assert.AreEqual("""{"type":"thinking","thinking":"Hm.","signature":""}""", blocks[0]);
        Assert.AreEqual("""{"type":"text","text":"So:"}""", blocks[1]);
        Assert.AreEqual(
            """{"type":"tool_use","id":"call_1","name":"weather","input":{"city":"Rome"}}""", blocks[2]);
        Assert.HasCount(3, blocks);
    }

    [TestMethod]
    public async Task DeepArguments_AreWrittenAsTheyAre()
    {
        string deep = new string('[', 400) + new string(']', 400);
        await using ServeProgram serve = await ServeProgram.StartAsync(
            ["engine=fake", "command=tool weather {\"city\":\"Rome\",\"x\":" + deep + "}"], Watchdog);
        string response = await serve.ExchangeAsync(serve.Post(Messages, Ask + "}"), Watchdog);
        StringAssert.StartsWith(response, "HTTP/1.1 200 ");
        StringAssert.Contains(response, deep);
    }

    [TestMethod]
    public async Task AStream_HasEachBlockBegunAndEnded()
    {
        await using ServeProgram serve = await ServeProgram.StartAsync(["engine=fake", Script], Watchdog);
        string response = await serve.ExchangeAsync(serve.Post(Messages, Ask + ",\"stream\":true}"), Watchdog);
        (string Name, JsonElement Data)[] events = ServeEvents.Of(response);
        string[] types = [.. events.Where(one => one.Name == "content_block_start")
            .Select(one => one.Data.GetProperty("content_block").GetProperty("type").GetString()!)];
        Assert.AreEqual("text thinking tool_use", string.Join(' ', types));
        foreach (string name in (string[])["content_block_start", "content_block_delta", "content_block_stop"])
        {
            int[] indexes = [.. events.Where(one => one.Name == name)
                .Select(one => one.Data.GetProperty("index").GetInt32())];
            Assert.AreEqual("0 1 2", string.Join(' ', indexes), name);
        }
        JsonElement[] deltas = [.. events.Where(one => one.Name == "content_block_delta")
            .Select(one => one.Data.GetProperty("delta"))];
        Assert.AreEqual("Hm.", deltas[1].GetProperty("thinking").GetString());
        Assert.AreEqual("""{"city":"Rome"}""", deltas[2].GetProperty("partial_json").GetString());
        JsonElement end = events[^2].Data.GetProperty("delta");
        Assert.AreEqual("tool_use", end.GetProperty("stop_reason").GetString());
        Assert.AreEqual("message_stop", events[^1].Name);
    }

    [TestMethod]
    [DataRow(",\"tool_choice\":{\"type\":\"tool\",\"name\":\"other\"}}", "tool_choice")]
    [DataRow(",\"tool_choice\":\"any\"}", "tool_choice")]
    [DataRow(",\"tool_choice\":{\"type\":\"auto\",\"disable_parallel_tool_use\":1}}", "disable_parallel_tool_use")]
    public async Task AWrongChoice_IsNamed(string end, string named)
    {
        await using ServeProgram serve = await ServeProgram.StartAsync(["engine=fake", Script], Watchdog);
        JsonElement error = await serve.PostAsync(Messages, Ask + end, 400, Watchdog);
        StringAssert.Contains(error.GetProperty("error").GetProperty("message").GetString(), named);
    }

    [TestMethod]
    [DataRow("""[{"type":"web_search_20250305","name":"web_search"}]""", "tools[0].type")]
    [DataRow("""[{"description":"?"}]""", "tools[0].name")]
    [DataRow("""{}""", "tools")]
    public async Task ToolsThatCannotBeServed_AreNamed(string tools, string named)
    {
        await using ServeProgram serve = await ServeProgram.StartAsync(["engine=fake"], Watchdog);
        JsonElement error = await serve.PostAsync(
            Messages, """{"max_tokens":1,"messages":[{"role":"user","content":"?"}],"tools":""" + tools + "}", 400,
            Watchdog);
        StringAssert.Contains(error.GetProperty("error").GetProperty("message").GetString(), named);
    }
}
