using System.Text.Json;

namespace LlmBridge.InteropTests;

/// <summary>Tools on the command line: ask --tools.</summary>
[TestClass]
public sealed class ToolCommandTests
{
    private const int ExitOutputInvalid = 19;
    private const string Script = "command=reason Hm.; say So:; tool weather {\"city\":\"Rome\"}";

    private string _file = "";

    public TestContext TestContext { get; set; } = null!;

    [TestInitialize]
    public void MakeFile()
    {
        _file = Path.GetTempFileName();
        File.WriteAllText(_file, LlmTool.Json(new LlmTool("weather", "Tells.", """{"required":["city"]}""")));
    }

    [TestCleanup]
    public void RemoveFile() => File.Delete(_file);

    [TestMethod]
    public async Task Ask_WithTools_PrintsTheTextAndEachCallOnALine()
    {
        ProgramRun run = await RunAsync(Script);
        Assert.AreEqual(0, run.ExitCode, run.Errors);
        Assert.AreEqual(
            "So:\n{\"id\":\"call_1\",\"name\":\"weather\",\"arguments\":{\"city\":\"Rome\"}}\n", run.Output);
    }

    [TestMethod]
    public async Task Ask_WithToolsAsJson_HasCallsAndReasoning()
    {
        ProgramRun run = await RunAsync(Script, "--json");
        Assert.AreEqual(0, run.ExitCode, run.Errors);
        using JsonDocument reply = JsonDocument.Parse(run.Output);
        Assert.AreEqual("Rome", reply.RootElement.GetProperty("tool_calls")[0].GetProperty("arguments")
            .GetProperty("city").GetString());
        Assert.AreEqual("Hm.", reply.RootElement.GetProperty("reasoning").GetString());
        Assert.AreEqual("tool_calls", reply.RootElement.GetProperty("finish_reason").GetString());
    }

    [TestMethod]
    public async Task Ask_WithACallThatBreaksItsSchema_PrintsNothing()
    {
        ProgramRun run = await RunAsync("command=tool weather {}");
        Assert.AreEqual(ExitOutputInvalid, run.ExitCode);
        Assert.AreEqual("", run.Output);
        StringAssert.Contains(run.Errors, "city");
    }

    private Task<ProgramRun> RunAsync(string script, params string[] more) => ProgramRun.OfAsync(
        Repository.CommandLine, ["ask", "Weather?", "--engine", "fake", "--set", script, "--tools", _file, .. more],
        TestContext.CancellationToken);
}
