using System.Text.Json;
using static LlmBridge.InteropTests.Support.RecordedServer;

namespace LlmBridge.InteropTests.Mcp;

/// <summary>What is wrong in calls, clients that are hostile, and calls that fail, end or are wanted no more.</summary>
[TestClass]
public sealed class McpFaultTests : BridgeTest
{
    private const string Alone = "isolation=pool";

    [TestMethod]
    [DataRow("ask", "{}", "prompt:")]
    [DataRow("ask", """{"prompt":""}""", "prompt:")]
    [DataRow("ask", """{"prompt":7}""", "prompt:")]
    [DataRow("ask", """{"prompt":"a","max_tokens":0}""", "max_tokens:")]
    [DataRow("ask", """{"prompt":"a","temperature":"hot"}""", "temperature:")]
    [DataRow("ask", """{"prompt":"a","json_schema":[]}""", "json_schema:")]
    [DataRow("ask", """{"prompt":"a","timeout_ms":0}""", "timeout_ms:")]
    [DataRow("ask", """{"prompt":"a","tempreature":1}""", "tempreature:")]
    [DataRow("ask", """{"prompt":"a","session":"../x"}""", "session")]
    [DataRow("chat", """{"messages":[]}""", "messages:")]
    [DataRow("chat", """{"messages":[{"role":"judge","content":""}]}""", "messages[0].role:")]
    [DataRow("chat", """{"messages":[{"role":"user"}]}""", "messages[0].content:")]
    [DataRow("embed", """{"texts":[]}""", "texts:")]
    [DataRow("embed", """{"texts":["a",""]}""", "texts[1]:")]
    [DataRow("similarity", """{"query":"a","texts":[1]}""", "texts[0]:")]
    [DataRow("count_tokens", """{"text":null}""", "text:")]
    public async Task WhatIsWrongInACall_IsNamedToItsCaller(string tool, string arguments, string named)
    {
        await using McpProgram mcp = await McpProgram.StartAsync(["engine=fake", Alone], Watchdog);
        JsonElement error = McpProgram.ErrorOf(await mcp.CallAsync(tool, arguments, Watchdog));
        Assert.AreEqual("invalid_argument", error.GetProperty("code").GetString());
        StringAssert.Contains(error.GetProperty("message").GetString(), named);
    }

    [TestMethod]
    public async Task ToolsAndResourcesThatAreNotThere_AreErrorsOfTheProtocol()
    {
        await using McpProgram mcp = await McpProgram.StartAsync(["engine=fake", Alone], Watchdog);
        JsonElement answer = await mcp.RequestAsync("tools/call", McpProgram.Call("shell", "{}"), Watchdog);
        Assert.AreEqual(-32602, answer.GetProperty("error").GetProperty("code").GetInt32());
        StringAssert.Contains(answer.GetProperty("error").GetProperty("message").GetString(), "count_tokens");
        foreach (string uri in (string[])["file:///etc/passwd", "llmbridge://sessions/..%2f..%2fx", ""])
        {
            answer = await mcp.RequestAsync("resources/read", $$"""{"uri":"{{uri}}"}""", Watchdog);
            Assert.AreEqual(-32002, answer.GetProperty("error").GetProperty("code").GetInt32(), $"{answer}");
        }
        foreach (string parameters in (string[])["""{"name":5}""", """{"name":"ask","arguments":[1]}""", "[]"])
        {
            answer = await mcp.RequestAsync("tools/call", parameters, Watchdog);
            Assert.AreEqual(-32602, answer.GetProperty("error").GetProperty("code").GetInt32(), $"{answer}");
        }
    }

    [TestMethod]
    public async Task ADeadline_IsKeptAndTold()
    {
        await using McpProgram mcp = await McpProgram.StartAsync(
            ["engine=fake", Alone, "command=hang", "grace_ms=50", "stall_timeout_ms=0"], Watchdog);
        foreach (string tool in (string[])["ask", "embed", "count_tokens"])
        {
            string given = tool switch
            {
                "ask" => "\"prompt\":\"a\"",
                "embed" => "\"texts\":[\"a\"]",
                _ => "\"text\":\"a\"",
            };
            JsonElement error = McpProgram.ErrorOf(
                await mcp.CallAsync(tool, $"{{{given},\"timeout_ms\":200}}", Watchdog));
            Assert.AreEqual("deadline_exceeded", error.GetProperty("code").GetString(), tool);
            StringAssert.Contains(error.GetProperty("message").GetString(), "200 ms (timeout_ms)");
        }
    }

    [TestMethod]
    public async Task ACallThatIsCancelled_EndsItsWorkInTheEngine_AndIsNotAnswered()
    {
        using var server = new RecordedServer(
            _ => new Reply(Head("text/event-stream") + Events(Piece("a")), ReplyEnd.StaysOpen));
        await using McpProgram mcp = await McpProgram.StartAsync(
            ["engine=http", "url=" + server.Url, Alone, "stall_timeout_ms=0", "timeout_ms=600000"], Watchdog);
        int id = await mcp.BeginAsync("tools/call", McpProgram.Call("ask", """{"prompt":"a"}""", "mine"));
        await mcp.MessageAsync(message => message.TryGetProperty("method", out _), Watchdog); // it has begun
        await mcp.SendAsync(
            $$$"""{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":{{{id}}}}}""");
        Processes.WaitUntil(() => server.ClientLeft.Task.IsCompleted, "the engine to stop asking");
        await mcp.RequestAsync("ping", "{}", Watchdog);
        Assert.AreEqual(0, mcp.Unread, "the call was answered");
    }

    [TestMethod]
    public async Task AnEngineThatDies_IsNoConcernOfTheServers()
    {
        await using McpProgram mcp = await McpProgram.StartAsync(
            ["engine=fake", Alone, "command=say a; signal 6", "retries=0", "restart_limit=100"], Watchdog);
        for (int i = 0; i < 3; i++)
        {
            JsonElement error = McpProgram.ErrorOf(await mcp.CallAsync("ask", """{"prompt":"a"}""", Watchdog));
            Assert.AreEqual("engine_crashed", error.GetProperty("code").GetString());
            Assert.AreEqual(6, error.GetProperty("exit").GetProperty("value").GetInt32());
        }
    }

    [TestMethod]
    public async Task ALongAnswer_HoldsUpNoCountOfTokens()
    {
        TestModel.RequireLlama();
        await using McpProgram mcp = await McpProgram.StartAsync([Alone], Watchdog);
        const string Story = """{"prompt":"Tell me a story","temperature":1,"seed":3}""";
        int[] stories = [.. await Task.WhenAll(
            Enumerable.Range(0, 3).Select(_ => mcp.BeginAsync("tools/call", McpProgram.Call("ask", Story, "mine"))))];
        await mcp.MessageAsync(message => message.TryGetProperty("method", out _), Watchdog); // one has begun
        McpProgram.StructureOf(await mcp.CallAsync("count_tokens", """{"text":"a"}""", Watchdog));
        await mcp.RequestAsync("resources/read", """{"uri":"llmbridge://statistics"}""", Watchdog);
        Assert.IsTrue(mcp.Unanswered(stories) > 0, "the count waited for the stories");
        foreach (int story in stories) await mcp.AnswerAsync(story, Watchdog);
    }

    [TestMethod]
    public async Task WhatIsNoMessage_HurtsNobody()
    {
        await using McpProgram mcp = await McpProgram.StartAsync(["engine=fake", Alone], Watchdog);
        string deep = new('[', 20_000);
        string[] lines =
        [
            "", "{", "[]", "null", "{}", "\0\x1", """{"jsonrpc":"1.0"}""", deep,
            """{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":{"a":1}}}""",
            """{"jsonrpc":"2.0","id":99,"result":{}}""",
        ];
        foreach (string line in lines) await mcp.SendAsync(line);
        McpProgram.StructureOf(await mcp.CallAsync("ask", """{"prompt":"a"}""", Watchdog));
    }

    [TestMethod]
    public async Task ALineThatIsTooLong_IsDroppedAndSaid()
    {
        await using McpProgram mcp = await McpProgram.StartAsync(["engine=fake", Alone], Watchdog);
        string part = new('x', 1 << 20);
        await mcp.Process.StandardInput.WriteAsync("""{"jsonrpc":"2.0","id":77,"method":"ping","params":{"x":" """);
        for (int i = 0; i < 40; i++) await mcp.Process.StandardInput.WriteAsync(part);
        await mcp.SendAsync("\"}}");
        McpProgram.StructureOf(await mcp.CallAsync("ask", """{"prompt":"a"}""", Watchdog));
        mcp.Process.StandardInput.Close();
        StringAssert.Contains(await mcp.EndAsync(Watchdog), "33554432 bytes");
    }

    [TestMethod]
    public async Task WhatCannotBeServed_IsSaidAtTheStart()
    {
        ProgramRun run = await ProgramRun.OfAsync(McpProgram.Path, ["--set", "engine=http"], Watchdog);
        Assert.AreEqual(10 + (int)LlmStatus.InvalidArgument, run.ExitCode);
        StringAssert.Contains(run.Errors, "url:");
        Assert.AreEqual("", run.Output);
    }
}
