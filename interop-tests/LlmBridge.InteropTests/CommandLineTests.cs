using System.Diagnostics;
using System.Text.Json;

namespace LlmBridge.InteropTests;

/// <summary>The built command line, as scripts see it: stdout, stderr, exit status.</summary>
[TestClass]
public sealed class CommandLineTests
{
    private const int ExitWrongUsage = 2;
    private const int ExitInterrupted = 130;

    public TestContext TestContext { get; set; } = null!;

    private CancellationToken Watchdog => TestContext.CancellationToken;

    [TestMethod]
    public async Task Ask_PrintsTheAnswerAndOneNewline()
    {
        ProgramRun run = await RunAsync("ask", "Grüße, 世界", "--engine", "fake");
        Assert.AreEqual(0, run.ExitCode, run.Errors);
        Assert.AreEqual("Grüße, 世界\n", run.Output);
        Assert.AreEqual("", run.Errors);
    }

    [TestMethod]
    public async Task Ask_WithADash_ReadsThePromptFromStdin()
    {
        ProgramRun run = await ProgramRun.OfAsync(
            Repository.CommandLine, ["ask", "-", "--engine", "fake"], Watchdog, "first line\nsecond line\n");
        Assert.AreEqual("first line\nsecond line\n", run.Output);
    }

    [TestMethod]
    public async Task Ask_WithJson_PrintsOneObjectWithTheContractsMembers()
    {
        ProgramRun run = await RunAsync("ask", "hi", "--engine", "fake", "--json");
        Assert.AreEqual(0, run.ExitCode, run.Errors);
        Assert.AreEqual(1, run.Output.Count(c => c == '\n'));
        using JsonDocument reply = JsonDocument.Parse(run.Output);
        JsonElement root = reply.RootElement;
        CollectionAssert.AreEqual(
            new[]
            {
                "text", "engine", "fallback", "finish_reason", "usage", "timings_ms", "attempts", "replaced", "sandbox",
            },
            root.EnumerateObject().Select(m => m.Name).ToArray());
        Assert.AreEqual("hi", root.GetProperty("text").GetString());
        Assert.AreEqual("fake", root.GetProperty("engine").GetString());
        Assert.AreEqual("stop", root.GetProperty("finish_reason").GetString());
        CollectionAssert.AreEqual(new[] { "prompt_tokens", "cached_prompt_tokens", "completion_tokens" },
            root.GetProperty("usage").EnumerateObject().Select(m => m.Name).ToArray());
        CollectionAssert.AreEqual(
            new[] { "queue", "start", "first_token", "total" },
            root.GetProperty("timings_ms").EnumerateObject().Select(m => m.Name).ToArray());
        Assert.AreEqual(1, root.GetProperty("attempts").GetInt32());
    }

    [TestMethod]
    public async Task Ask_WithJson_NamesTheLayersOfTheSandboxThatHold()
    {
        Assert.IsEmpty(await LayersAsync("sandbox=off"));
        CollectionAssert.Contains(await LayersAsync("sandbox=best_effort"), "privileges");

        async Task<string?[]> LayersAsync(string setting)
        {
            ProgramRun run = await RunAsync("ask", "hi", "--engine", "fake", "--json", "--set", setting);
            Assert.AreEqual(0, run.ExitCode, run.Errors);
            using JsonDocument reply = JsonDocument.Parse(run.Output);
            return [.. reply.RootElement.GetProperty("sandbox").EnumerateArray().Select(layer => layer.GetString())];
        }
    }

    [TestMethod]
    public async Task Doctor_WarnsOfASandboxThatIsOff()
    {
        ProgramRun run = await RunAsync("doctor", "--engine", "fake", "--set", "sandbox=off");
        Assert.AreEqual(0, run.ExitCode, run.Errors);
        Assert.Contains("\nwarn sandbox: off\n", run.Output);
        run = await RunAsync("doctor", "--engine", "exec", "--set", "command=echo hi");
        Assert.Contains("\nwarn sandbox: none", run.Output);
    }

    [TestMethod]
    public async Task Ask_ThatFails_PrintsNothingOnStdoutAndOneErrorObjectOnStderr()
    {
        ProgramRun run = await RunAsync("ask", "hi", "--engine", "fake", "--set", "command=hang", "--timeout", "300ms",
            "--set", "grace_ms=100", "--json");
        Assert.AreEqual(15, run.ExitCode);
        Assert.AreEqual("", run.Output);
        using JsonDocument error = JsonDocument.Parse(run.Errors);
        Assert.AreEqual("deadline_exceeded", error.RootElement.GetProperty("code").GetString());
        Assert.AreEqual(5, error.RootElement.GetProperty("status").GetInt32());
    }

    [TestMethod]
    [DataRow(11, "ask", "hi", "--engine", "fake", "--set", "slots=none")]
    [DataRow(11, "ask", "hi", "--engine", "abacus")]
    [DataRow(11, "ask", "hi", "--engine", "fake", "--timeout", "soon")]
    [DataRow(11, "ask", "hi", "--set", "frobnicate=1")]
    [DataRow(11, "ask", "", "--engine", "fake")]
    [DataRow(17, "ask", "hi", "--engine", "fake", "--set", "command=signal 11@accept", "--set", "retries=0")]
    [DataRow(ExitWrongUsage, "ask", "hi", "--frobnicate")]
    [DataRow(ExitWrongUsage, "ask")]
    [DataRow(ExitWrongUsage, "ask", "hi", "--set", "slots")]
    [DataRow(ExitWrongUsage, "frobnicate")]
    [DataRow(ExitWrongUsage)]
    public async Task ExitStatus_SaysHowItEnded(int expected, params string[] arguments)
    {
        ProgramRun run = await RunAsync(arguments);
        Assert.AreEqual(expected, run.ExitCode, run.Errors);
        Assert.AreEqual("", run.Output);
        Assert.AreNotEqual("", run.Errors);
    }

    [TestMethod]
    public async Task Environment_GivesSettings_AndAnUnknownVariableIsAnError()
    {
        ProgramRun good = await ProgramRun.OfAsync(
            Repository.CommandLine, ["ask", "hi"], Watchdog,
            environment: new Dictionary<string, string> { ["LLMBRIDGE_ENGINE"] = "fake" });
        Assert.AreEqual("hi\n", good.Output, good.Errors);
        ProgramRun bad = await ProgramRun.OfAsync(
            Repository.CommandLine, ["ask", "hi", "--engine", "fake"], Watchdog,
            environment: new Dictionary<string, string> { ["LLMBRIDGE_SLOST"] = "2" });
        Assert.AreEqual(11, bad.ExitCode);
        StringAssert.Contains(bad.Errors, "LLMBRIDGE_SLOTS");
    }

    [TestMethod]
    [DataRow("hang")]
    [DataRow("pieces 100000 10")]
    [DataRow("slow_start 100000")]
    public async Task Ask_OnCtrlC_Ends130AndLeavesNothing(string script)
    {
        using Process process =
            ProgramRun.Start(Repository.CommandLine, ["ask", "hi", "--engine", "fake", "--set", "command=" + script]);
        process.StandardInput.Close(); // or it would be waited for
        Processes.WaitUntil(() => Processes.KeepersOf(process.Id).Count > 0, "the keeper");
        long[] keepers = [.. Processes.KeepersOf(process.Id)]; // one, and for a moment what it forks
        if (script.StartsWith("pieces", StringComparison.Ordinal))
        {
            await process.StandardOutput.ReadAsync(new char[1], Watchdog);
        }
        Processes.Signal(process.Id, Processes.SignalInterrupt);
        Task<string> rest = process.StandardOutput.ReadToEndAsync(Watchdog);
        await process.WaitForExitAsync(Watchdog);
        await rest;
        Assert.AreEqual(ExitInterrupted, process.ExitCode);
        Processes.WaitUntilGone(keepers);
        Assert.IsEmpty(Processes.KeepersOf(process.Id));
    }

    [TestMethod]
    public async Task Embed_PrintsOneArrayPerText()
    {
        ProgramRun run = await RunAsync("embed", "a", "bb", "--engine", "fake");
        Assert.AreEqual(0, run.ExitCode, run.Errors);
        string[] lines = run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.HasCount(2, lines);
        foreach (string line in lines)
        {
            using JsonDocument vector = JsonDocument.Parse(line);
            Assert.IsGreaterThan(1, vector.RootElement.GetArrayLength());
        }
        ProgramRun fromStdin =
            await ProgramRun.OfAsync(Repository.CommandLine, ["embed", "-", "--engine", "fake"], Watchdog, "a\nbb\n");
        Assert.AreEqual(run.Output, fromStdin.Output);
    }

    [TestMethod]
    public async Task Embed_WithJson_PrintsOneObject()
    {
        ProgramRun run = await RunAsync("embed", "a", "bb", "--engine", "fake", "--json");
        using JsonDocument reply = JsonDocument.Parse(run.Output);
        Assert.AreEqual(2, reply.RootElement.GetProperty("embeddings").GetArrayLength());
        Assert.AreEqual(reply.RootElement.GetProperty("dimension").GetInt32(),
            reply.RootElement.GetProperty("embeddings")[0].GetArrayLength());
    }

    [TestMethod]
    public async Task Tokens_PrintsTheirNumber()
    {
        ProgramRun run = await RunAsync("tokens", "three little words", "--engine", "fake");
        Assert.AreEqual("3\n", run.Output, run.Errors);
    }

    [TestMethod]
    public async Task Doctor_OfTheFakeEngine_FindsAllWell()
    {
        ProgramRun run = await RunAsync("doctor", "--engine", "fake", "--json");
        Assert.AreEqual(0, run.ExitCode, run.Output + run.Errors);
        using JsonDocument report = JsonDocument.Parse(run.Output);
        Assert.IsTrue(report.RootElement.GetProperty("ok").GetBoolean());
        Assert.IsTrue(
            report.RootElement.GetProperty("checks").EnumerateArray().All(c => c.GetProperty("ok").GetBoolean()),
            run.Output);
    }

    [TestMethod]
    public async Task Doctor_TellsWhatTheLibraryFoundAndTheLimitsOfTheMachine()
    {
        ProgramRun run = await RunAsync("doctor", "--engine", "fake");
        Assert.MatchesRegex(@"\nok   home: /.* \(by library\)\n", run.Output);
        Assert.MatchesRegex(@"\nok   engine fake: /.*/fake\.so\n", run.Output);
        Assert.MatchesRegex(
            @"\n(ok  |warn) processes: (at most \d+ of this user|no limit for this user), ", run.Output);
        run = await RunAsync("doctor", "--engine", "fake", "--json");
        using JsonDocument report = JsonDocument.Parse(run.Output);
        JsonElement installation = report.RootElement.GetProperty("installation");
        Assert.IsTrue(installation.GetProperty("ok").GetBoolean());
        Assert.AreEqual("fake", installation.GetProperty("engine").GetString());
    }

    [TestMethod]
    public async Task Doctor_OfAHomeThatIsNone_SaysWhatWasLookedForAndWhereItWasNamed()
    {
        ProgramRun run = await RunAsync("doctor", "--engine", "fake", "--set", "home=/nonexistent");
        Assert.AreEqual(12, run.ExitCode, run.Output);
        Assert.Contains("\nFAIL home: home: neither /nonexistent/bin/llmbridge-keeper nor ", run.Output);
        Assert.Contains("\nFAIL engine fake: /nonexistent/lib/llmbridge/fake.so does not exist\n", run.Output);
        Assert.Contains("Correct the setting home", run.Output);
    }

    [TestMethod]
    public async Task Doctor_WithoutItsLibrary_SaysWhatToDo()
    {
        ProgramRun run = await ProgramRun.OfAsync(
            Repository.CommandLine, ["doctor"], Watchdog,
            environment: new Dictionary<string, string> { ["LLMBRIDGE_LIBRARY"] = "/nonexistent/libllmbridge.so" });
        Assert.AreEqual(12, run.ExitCode);
        StringAssert.Contains(run.Output, "FAIL library");
        StringAssert.Contains(run.Output, "/nonexistent/libllmbridge.so");
        StringAssert.Contains(run.Output, "LLMBRIDGE_LIBRARY names it");
    }

    [TestMethod]
    public async Task Doctor_WithAModelThatIsNone_FailsWithTheModelsStatus()
    {
        ProgramRun run = await RunAsync("doctor", "--model", "/nonexistent/model.gguf");
        Assert.AreNotEqual(0, run.ExitCode);
        StringAssert.Contains(run.Output, "FAIL model");
    }

    [TestMethod]
    public async Task Doctor_OfAModelThatOnlyEmbeds_SaysThatItEmbedsAndWhyAskIsNotPossible()
    {
        TestModel.RequireLlama();
        string model = TestModel.Make("random", "--arch", "bert", "--seed", "9");
        ProgramRun run = await RunAsync("doctor", "--model", model);
        Assert.AreEqual(10 + (int)LlmStatus.Unsupported, run.ExitCode, run.Output + run.Errors);
        Assert.Contains("\nok   embed: llama made a vector of ", run.Output);
        Assert.Contains("\nFAIL ask: ", run.Output);
        Assert.Contains("This model embeds and does not answer", run.Output);
        Assert.AreEqual(1, run.Output.Split('\n').Count(line => line.StartsWith("FAIL", StringComparison.Ordinal)));
        ProgramRun json = await RunAsync("doctor", "--model", model, "--json");
        using JsonDocument report = JsonDocument.Parse(json.Output);
        Assert.IsFalse(report.RootElement.GetProperty("ok").GetBoolean());
    }

    private Task<ProgramRun> RunAsync(params string[] arguments) =>
        ProgramRun.OfAsync(Repository.CommandLine, arguments, Watchdog);
}
