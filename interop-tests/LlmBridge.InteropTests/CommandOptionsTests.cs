using System.Diagnostics;
using System.Text.Json;

namespace LlmBridge.InteropTests;

/// <summary>The command line's less common ways: JSON everywhere, other engines, batches of texts, the
/// benchmark.</summary>
[TestClass]
public sealed class CommandOptionsTests
{
    public TestContext TestContext { get; set; } = null!;

    private CancellationToken Watchdog => TestContext.CancellationToken;

    [TestMethod]
    public async Task Chat_WithJson_PrintsAnObjectALine()
    {
        ProgramRun run = await ProgramRun.OfAsync(
            Repository.CommandLine, ["chat", "--engine", "fake", "--set", "command=pieces 1 0", "--json"], Watchdog,
            "first\nsecond\n");
        Assert.AreEqual(0, run.ExitCode, run.Errors);
        string[] lines = run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.HasCount(2, lines);
        foreach (string line in lines)
        {
            using JsonDocument reply = JsonDocument.Parse(line);
            Assert.AreEqual("piece 1\n", reply.RootElement.GetProperty("text").GetString());
            Assert.IsFalse(reply.RootElement.GetProperty("fallback").GetBoolean());
        }
    }

    /// <summary>script gives the program a terminal, without which one failed turn ends the conversation.</summary>
    [TestMethod]
    public async Task Chat_AtATerminal_GoesOnAfterATurnThatTimedOut()
    {
        string chat = $"'{Repository.CommandLine}' chat --engine fake --set command=hang --timeout 300ms"
            + " --set grace_ms=100";
        ProgramRun run =
            await ProgramRun.OfAsync("script", ["-qec", chat, "/dev/null"], Watchdog, "first\nsecond\n/exit\n");
        Assert.AreEqual(0, run.ExitCode, run.Output);
        Assert.HasCount(3, run.Output.Split("deadline_exceeded"), run.Output);
    }

    [TestMethod]
    public async Task Ask_WithJson_Interrupted_SaysInWhichPhase()
    {
        using Process process = ProgramRun.Start(
            Repository.CommandLine, ["ask", "hi", "--engine", "fake", "--set", "command=hang", "--json"]);
        process.StandardInput.Close(); // or it would be waited for
        Processes.WaitUntil(() => Processes.KeepersOf(process.Id).Count > 0, "the keeper");
        Processes.Signal(process.Id, Processes.SignalInterrupt);
        string errors = await process.StandardError.ReadToEndAsync(Watchdog);
        await process.WaitForExitAsync(Watchdog);
        Assert.AreEqual(130, process.ExitCode);
        using JsonDocument error = JsonDocument.Parse(errors);
        Assert.AreEqual("cancelled", error.RootElement.GetProperty("code").GetString());
        Assert.AreEqual("generate", error.RootElement.GetProperty("phase").GetString());
    }

    [TestMethod]
    [DataRow("a\n\nb\n", "line 2")]
    [DataRow("", "empty")]
    public async Task Embed_OfAnEmptyLine_SaysWhich(string input, string said)
    {
        ProgramRun run =
            await ProgramRun.OfAsync(Repository.CommandLine, ["embed", "-", "--engine", "fake"], Watchdog, input);
        Assert.AreEqual(11, run.ExitCode);
        Assert.AreEqual("", run.Output);
        StringAssert.Contains(run.Errors, said);
    }

    [TestMethod]
    [DataRow("hi there", "ask", "hi there", "--engine", "exec", "--set", "command=cat")]
    [DataRow("hi there\n", "ask", "hi there", "--engine", "exec", "--set", "command=echo {prompt}")]
    [DataRow("hi there", "ask", "hi there", "--engine", "fake", "--isolation", "inproc")]
    public async Task Ask_RunsOtherEngines(string expected, params string[] arguments)
    {
        ProgramRun run = await ProgramRun.OfAsync(Repository.CommandLine, arguments, Watchdog);
        Assert.AreEqual(0, run.ExitCode, run.Errors);
        Assert.AreEqual(expected + "\n", run.Output);
    }

    [TestMethod]
    public async Task Ask_WithAFallback_SaysWhoAnswered()
    {
        ProgramRun run = await ProgramRun.OfAsync(
            Repository.CommandLine,
            [
                "ask", "hi", "--engine", "llama", "--model", "/nonexistent/model.gguf", "--set", "fallback=fake",
                "--json",
            ],
            Watchdog);
        Assert.AreEqual(0, run.ExitCode, run.Errors);
        using JsonDocument reply = JsonDocument.Parse(run.Output);
        Assert.AreEqual("fake", reply.RootElement.GetProperty("engine").GetString());
        Assert.IsTrue(reply.RootElement.GetProperty("fallback").GetBoolean());
    }

    [TestMethod]
    public async Task Bench_ListsWhatItMeasures()
    {
        ProgramRun run = await ProgramRun.OfAsync(Repository.CommandLine, ["bench", "--list"], Watchdog);
        Assert.AreEqual(0, run.ExitCode, run.Errors);
        StringAssert.Contains(run.Output, "call");
    }
}
