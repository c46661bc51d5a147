using System.Diagnostics;
using System.Text.RegularExpressions;

namespace LlmBridge.InteropTests;

/// <summary>The examples of managed/examples/Applications, each run as it stands.</summary>
[TestClass]
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed partial class ApplicationTests
{
    private const int SignalTerminate = 15;

    public TestContext TestContext { get; set; } = null!;

    private CancellationToken Watchdog => TestContext.CancellationToken;

    private static string Program =>
        Repository.At($"managed/examples/Applications/bin/{Configuration}/net10.0/Applications");

    private static string Configuration =>
        new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name; // bin/CONFIGURATION/net10.0

    [TestInitialize]
    public void RequireLlama() => TestModel.RequireLlama();

    [TestMethod]
    [DataRow("functions", "It rains in Paris.\n")]
    [DataRow("objects", "Paris\n")]
    [DataRow("semantic-kernel", "The capital of France is Paris.\n")]
    [DataRow("tools", "It is sunny in Rome.\n")]
    [DataRow("agent", "It rains in Paris.\nIt rains in Rome.\n")]
    public async Task Example_PrintsItsAnswer(string name, string answer)
    {
        var marked = new MarkedRun();
        ProgramRun run = await CleanRun.OfAsync([Program, name], [marked.Mark], Watchdog);
        Assert.AreEqual(answer, run.Output, run.Errors);
        Assert.AreEqual(0, run.ExitCode, run.Errors);
        marked.AwaitNothingLeft();
    }

    [TestMethod]
    public async Task Telemetry_HasTheSpanAndTheMetrics_WithoutThePrompt()
    {
        ProgramRun run = await CleanRun.OfAsync([Program, "telemetry"], [], Watchdog);
        Assert.AreEqual(0, run.ExitCode, run.Errors);
        Assert.Contains("gen_ai.operation.name: chat", run.Output);
        Assert.Contains("gen_ai.response.finish_reasons: [\"stop\"]", run.Output);
        Assert.Contains("gen_ai.client.token.usage", run.Output);
        Assert.DoesNotContain("2+2", run.Output);
    }

    [TestMethod]
    public async Task Worker_AnswersLineByLine_AndEndsWithThem()
    {
        ProgramRun run = await CleanRun.OfAsync(
            ["sh", "-c", $"printf 'What is 2+2?\\nWhat is the capital of France?\\n' | '{Program}' worker"], [],
            Watchdog);
        Assert.AreEqual(0, run.ExitCode, run.Errors);
        Assert.Contains("\n2 + 2 = 4.\nThe capital of France is Paris.\n", run.Output);
    }

    [TestMethod]
    public async Task MinimalApi_StreamsServerSentEvents_TellsItsHealth_AndLeavesNothing()
    {
        var marked = new MarkedRun();
        using Process process = ProgramRun.Start(
            Program, ["minimal-api", "--urls", "http://127.0.0.1:0"],
            new Dictionary<string, string> { [marked.Mark.Key] = marked.Mark.Value });
        try
        {
            string? line = "";
            while (line is not null && !Listening().IsMatch(line))
            {
                line = await process.StandardOutput.ReadLineAsync(Watchdog);
            }
            Assert.IsNotNull(line, "the server has ended");
            _ = process.StandardOutput.ReadToEndAsync(Watchdog); // lest it waits for a reader
            _ = process.StandardError.ReadToEndAsync(Watchdog);
            using var client = new HttpClient { BaseAddress = new Uri(Listening().Match(line).Groups["url"].Value) };
            using HttpResponseMessage answer = await client.GetAsync("/ask?prompt=What+is+2%2B2%3F", Watchdog);
            Assert.AreEqual("text/event-stream", answer.Content.Headers.ContentType!.MediaType);
            string[] events =
                (await answer.Content.ReadAsStringAsync(Watchdog)).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
            Assert.IsGreaterThan(1, events.Length);
            Assert.AreEqual("2 + 2 = 4.", string.Concat(events.Select(one => one["data: ".Length..])));
            Assert.AreEqual("Healthy", await client.GetStringAsync("/health", Watchdog));
        }
        finally
        {
            Processes.Signal(process.Id, SignalTerminate);
            await process.WaitForExitAsync(Watchdog);
        }
        Assert.AreEqual(0, process.ExitCode);
        marked.AwaitNothingLeft();
    }

    [GeneratedRegex("Now listening on: (?<url>http://[0-9.:]+)")]
    private static partial Regex Listening();
}
