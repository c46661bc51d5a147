using System.Diagnostics;
using System.Text.Json;

namespace LlmBridge.InteropTests.Mcp;

/// <summary>When the MCP server ends, and what it shares with others.</summary>
[TestClass]
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class McpLifeTests : BridgeTest
{
    private const int SignalTerminate = 15;
    private const string Alone = "isolation=pool";
    private static readonly string[] s_hangs =
        ["engine=fake", Alone, "command=say a; hang", "stall_timeout_ms=0", "timeout_ms=600000", "grace_ms=50"];

    [TestMethod]
    public async Task TheEndOfTheInput_EndsTheServerAndItsWork()
    {
        await using McpProgram mcp = await HangAsync();
        Assert.AreEqual(1, mcp.Engines().Count);
        mcp.Process.StandardInput.Close();
        await mcp.EndAsync(Watchdog);
    }

    [TestMethod]
    public async Task ASignal_EndsTheServerAndItsWork()
    {
        await using McpProgram mcp = await HangAsync();
        Processes.Signal(mcp.Process.Id, SignalTerminate);
        await mcp.EndAsync(Watchdog);
    }

    [TestMethod]
    public async Task TheEndOfTheParent_EndsTheServer_AlsoWhereTheInputStaysOpen()
    {
        var marked = new MarkedRun();
        // The shell is the parent; who holds the input open is this test.
        using Process shell = ProgramRun.Start(
            "sh",
            ["-c", "exec 3<&0; \"$0\" \"$@\" <&3 & wait", McpProgram.Path, "--set", "engine=fake", "--set", Alone],
            new Dictionary<string, string>([marked.Mark]));
        await shell.StandardInput.WriteLineAsync("""{"jsonrpc":"2.0","id":1,"method":"ping"}""");
        await shell.StandardInput.FlushAsync();
        Assert.IsNotNull(await shell.StandardOutput.ReadLineAsync(Watchdog));
        Processes.Signal(shell.Id, Processes.SignalKill);
        marked.AwaitNothingLeft();
    }

    [TestMethod]
    public async Task TheCommandLine_BecomesTheServer()
    {
        await using McpProgram mcp = McpProgram.Start(Repository.CommandLine, ["mcp"], ["engine=fake", Alone]);
        await mcp.ShakeHandsAsync(Watchdog);
        Assert.AreEqual("llmbridge-mcp", Processes.NameOf(mcp.Process.Id));
    }

    [TestMethod]
    public async Task TwoServers_ShareAnEngine_AndItsEndIsNoConcernOfTheirs()
    {
        string place = Directory.CreateTempSubdirectory("llmbridge-mcp-").FullName; // its user's alone
        var environment = new Dictionary<string, string> { ["XDG_RUNTIME_DIR"] = place };
        try
        {
            await using (McpProgram one = McpProgram.Start(McpProgram.Path, [], ["engine=fake"], environment))
            await using (McpProgram two = McpProgram.Start(McpProgram.Path, [], ["engine=fake"], environment))
            {
                await one.ShakeHandsAsync(Watchdog);
                await two.ShakeHandsAsync(Watchdog);
                JsonElement[] answers =
                    await Task.WhenAll(new[] { one, two }.Select(
                        mcp => mcp.CallAsync("ask", """{"prompt":"a"}""", Watchdog)));
                foreach (JsonElement answer in answers) McpProgram.StructureOf(answer);
                JsonElement server = (await ServersAsync(environment)).Single();
                Processes.Signal(server.GetProperty("engines")[0].GetProperty("pid").GetInt64(), Processes.SignalKill);
                foreach (McpProgram mcp in (McpProgram[])[one, two])
                {
                    McpProgram.StructureOf(await mcp.CallAsync("ask", """{"prompt":"b"}""", Watchdog));
                }
                await CommandAsync(environment, "shared", "stop", "all");
            }
        }
        finally
        {
            await CommandAsync(environment, "shared", "stop", "all");
            Directory.Delete(place, recursive: true);
        }
    }

    private async Task<JsonElement[]> ServersAsync(Dictionary<string, string> environment)
    {
        ProgramRun run = await CommandAsync(environment, "shared", "list", "--json");
        return [.. JsonDocument.Parse(run.Output).RootElement.GetProperty("servers").EnumerateArray()];
    }

    private Task<ProgramRun> CommandAsync(Dictionary<string, string> environment, params string[] arguments) =>
        ProgramRun.OfAsync(Repository.CommandLine, arguments, Watchdog, environment: environment);

    /// <summary>A server with a call that never ends.</summary>
    private async Task<McpProgram> HangAsync()
    {
        McpProgram mcp = await McpProgram.StartAsync(s_hangs, Watchdog);
        await mcp.BeginAsync("tools/call", McpProgram.Call("ask", """{"prompt":"a"}""", "mine"));
        await mcp.MessageAsync(message => message.TryGetProperty("method", out _), Watchdog); // it has begun
        return mcp;
    }
}
