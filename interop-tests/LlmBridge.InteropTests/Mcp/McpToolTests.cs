using System.Text.Json;

namespace LlmBridge.InteropTests.Mcp;

/// <summary>What the MCP server's tools and resources give, by the standard streams.</summary>
[TestClass]
public sealed class McpToolTests : BridgeTest
{
    private const string Alone = "isolation=pool"; // else an engine stays behind for others

    [TestMethod]
    public async Task Tools_AreListedWithSchemas()
    {
        await using McpProgram mcp = await McpProgram.StartAsync(["engine=fake", Alone], Watchdog);
        JsonElement list = (await mcp.RequestAsync("tools/list", "{}", Watchdog)).GetProperty("result");
        JsonElement[] tools = [.. list.GetProperty("tools").EnumerateArray()];
        CollectionAssert.AreEqual(
            (string[])["ask", "chat", "embed", "similarity", "count_tokens"],
            tools.Select(tool => tool.GetProperty("name").GetString()).ToArray());
        foreach (JsonElement tool in tools)
        {
            JsonElement input = tool.GetProperty("inputSchema");
            Assert.IsFalse(input.GetProperty("additionalProperties").GetBoolean());
            Assert.IsTrue(input.GetProperty("properties").TryGetProperty("timeout_ms", out _), $"{tool}");
            Assert.IsTrue(tool.GetProperty("outputSchema").GetProperty("required").GetArrayLength() > 0, $"{tool}");
        }
    }

    [TestMethod]
    public async Task Ask_GivesTheAnswer_AndTellsOfItsProgressWhileItComes()
    {
        await using McpProgram mcp = await McpProgram.StartAsync(
            ["engine=fake", Alone, "command=say a; sleep 1000; say b; say c"], Watchdog);
        int id = await mcp.BeginAsync("tools/call", McpProgram.Call("ask", """{"prompt":"Hi"}""", "mine"));
        JsonElement result = (await mcp.AnswerAsync(id, Watchdog)).GetProperty("result");
        Assert.AreEqual("abc", result.GetProperty("content")[0].GetProperty("text").GetString());
        JsonElement known = McpProgram.StructureOf(result);
        Assert.AreEqual("abc", known.GetProperty("text").GetString());
        Assert.AreEqual("stop", known.GetProperty("finish_reason").GetString());
        Assert.AreEqual("fake", known.GetProperty("engine").GetString());
        IReadOnlyList<double> told = mcp.Progress("mine");
        Assert.IsTrue(told.Count >= 2, string.Join(' ', told));
        CollectionAssert.AreEqual(told.Distinct().Order().ToArray(), told.ToArray());
    }

    [TestMethod]
    public async Task Ask_TellsNothingOfItsProgress_WhereNobodyAsked()
    {
        await using McpProgram mcp =
            await McpProgram.StartAsync(["engine=fake", Alone, "command=pieces 3 5"], Watchdog);
        McpProgram.StructureOf(await mcp.CallAsync("ask", """{"prompt":"Hi"}""", Watchdog));
        Assert.AreEqual(0, mcp.Unread, "messages that nobody asked for");
    }

    [TestMethod]
    public async Task Chat_AnswersAConversation_AndASessionGoesOnWithIt()
    {
        TestModel.RequireLlama();
        using var folder = new TemporaryFolder();
        await using McpProgram mcp = await McpProgram.StartAsync(
            [Alone, "session_dir=" + folder.At("sessions")], Watchdog);
        JsonElement known = McpProgram.StructureOf(await mcp.CallAsync(
            "chat", """{"messages":[{"role":"user","content":"What is 2+2?"}],"session":"sums"}""", Watchdog));
        Assert.AreEqual("2 + 2 = 4.", known.GetProperty("text").GetString());
        McpProgram.StructureOf(await mcp.CallAsync(
            "ask", """{"prompt":"Who are you?","session":"sums","max_tokens":1}""", Watchdog));
        JsonElement session = await ReadAsync(mcp, "llmbridge://sessions/sums");
        Assert.AreEqual(4, session.GetProperty("records").GetArrayLength());
        JsonElement all = await ReadAsync(mcp, "llmbridge://sessions");
        Assert.AreEqual("sums", all.GetProperty("sessions")[0].GetProperty("name").GetString());
        JsonElement model = await ReadAsync(mcp, "llmbridge://model");
        Assert.AreEqual("llama", model.GetProperty("engine").GetString());
        JsonElement statistics = await ReadAsync(mcp, "llmbridge://statistics");
        Assert.AreEqual(2, statistics.GetProperty("calls").GetProperty("ended").GetProperty("ok").GetInt32());
    }

    [TestMethod]
    public async Task AnAnswer_KeepsItsSchema_OrIsNone()
    {
        await using McpProgram mcp = await McpProgram.StartAsync(["engine=fake", Alone], Watchdog);
        const string Integer = ",\"json_schema\":{\"type\":\"integer\"}}";
        JsonElement good = await mcp.CallAsync("ask", "{\"prompt\":\"17\"" + Integer, Watchdog);
        Assert.AreEqual("17", McpProgram.StructureOf(good).GetProperty("text").GetString());
        JsonElement bad = await mcp.CallAsync("ask", "{\"prompt\":\"seventeen\"" + Integer, Watchdog);
        Assert.AreEqual("output_invalid", McpProgram.ErrorOf(bad).GetProperty("code").GetString());
    }

    [TestMethod]
    public async Task Similarity_RanksTheNearestFirst()
    {
        await using McpProgram mcp = await McpProgram.StartAsync(["engine=hash", Alone], Watchdog);
        JsonElement known = McpProgram.StructureOf(await mcp.CallAsync(
            "similarity", """{"query":"a red fox","texts":["tax forms","a red fox","a red dog"],"top":2}""", Watchdog));
        JsonElement[] ranked = [.. known.GetProperty("ranked").EnumerateArray()];
        CollectionAssert.AreEqual((int[])[1, 2], ranked.Select(one => one.GetProperty("index").GetInt32()).ToArray());
        Assert.AreEqual(1, ranked[0].GetProperty("similarity").GetDouble(), 1e-5);
        Assert.AreEqual("a red dog", ranked[1].GetProperty("text").GetString());
    }

    [TestMethod]
    public async Task Embed_GivesAVectorForEachText_AndTellsHowManyThereAre()
    {
        await using McpProgram mcp = await McpProgram.StartAsync(["engine=hash", Alone], Watchdog);
        string texts = string.Join(',', Enumerable.Range(0, 200).Select(i => $"\"text {i}\""));
        int id = await mcp.BeginAsync("tools/call", McpProgram.Call("embed", $"{{\"texts\":[{texts}]}}", "mine"));
        JsonElement known = McpProgram.StructureOf((await mcp.AnswerAsync(id, Watchdog)).GetProperty("result"));
        Assert.AreEqual(200, known.GetProperty("vectors").GetArrayLength());
        Assert.AreEqual(
            known.GetProperty("dimension").GetInt32(), known.GetProperty("vectors")[199].GetArrayLength());
        await using LlmClient client = await LlmClient.OpenAsync(
            new BridgeOptions { Engine = LlmEngine.Hash }, Watchdog);
        float[] same = await client.EmbedAsync("text 199", cancellationToken: Watchdog);
        CollectionAssert.AreEqual(
            same, known.GetProperty("vectors")[199].EnumerateArray().Select(number => number.GetSingle()).ToArray());
        Assert.IsTrue(mcp.Progress("mine").Count >= 1);
    }

    [TestMethod]
    public async Task CountTokens_Counts()
    {
        TestModel.RequireLlama();
        await using McpProgram mcp = await McpProgram.StartAsync([Alone], Watchdog);
        JsonElement known =
            McpProgram.StructureOf(await mcp.CallAsync("count_tokens", """{"text":"hello there"}""", Watchdog));
        await using LlmClient client = await LlmClient.OpenAsync(cancellationToken: Watchdog);
        Assert.AreEqual(
            await client.CountTokensAsync("hello there", Watchdog), known.GetProperty("tokens").GetInt64());
    }

    [TestMethod]
    public async Task TheNewerGeneration_NeedsNoHandshake()
    {
        const string Meta =
            """
            "_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","progressToken":"mine",
            "io.modelcontextprotocol/clientInfo":{"name":"test","version":"1"},
            "io.modelcontextprotocol/clientCapabilities":{}}}
            """;
        string meta = Meta.ReplaceLineEndings("");
        await using McpProgram mcp = McpProgram.Start(McpProgram.Path, [], ["engine=fake", Alone]);
        JsonElement found = await mcp.RequestAsync("server/discover", "{" + meta, Watchdog);
        StringAssert.Contains($"{found.GetProperty("result").GetProperty("supportedVersions")}", "2026-07-28");
        JsonElement answer = await mcp.RequestAsync(
            "tools/call", "{\"name\":\"ask\",\"arguments\":{\"prompt\":\"Hi\"}," + meta, Watchdog);
        Assert.AreEqual(
            "Hi", McpProgram.StructureOf(answer.GetProperty("result")).GetProperty("text").GetString());
        Assert.AreEqual(1, mcp.Progress("mine").Count);
        answer = await mcp.RequestAsync("resources/read", "{\"uri\":\"llmbridge://nothing\"," + meta, Watchdog);
        Assert.AreEqual(-32602, answer.GetProperty("error").GetProperty("code").GetInt32());
    }

    private async Task<JsonElement> ReadAsync(McpProgram mcp, string uri)
    {
        JsonElement answer = await mcp.RequestAsync("resources/read", $$"""{"uri":"{{uri}}"}""", Watchdog);
        string text = answer.GetProperty("result").GetProperty("contents")[0].GetProperty("text").GetString()!;
        return JsonDocument.Parse(text).RootElement;
    }
}
