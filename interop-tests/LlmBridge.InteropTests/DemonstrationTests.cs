using System.Globalization;
using System.Text.Json;

namespace LlmBridge.InteropTests;

/// <summary>The shipped model through the shipped engine: real answers from a real, if small, transformer.</summary>
[TestClass]
public sealed class DemonstrationTests : BridgeTest
{
    private const int StreamedPieces = 5;

    [TestInitialize]
    public void RequireLlama() => TestModel.RequireLlama();

    [TestMethod]
    [DataRow("What is 2+2?", "4")]
    [DataRow("What is the capital of France?", "Paris")]
    [DataRow("What is the opposite of hot?", "cold")]
    [DataRow("Who are you?", "demonstration model")]
    public async Task Ask_WhatItKnows_IsAnsweredRightly(string question, string answer)
    {
        await using LlmClient client = await LlmClient.OpenAsync();
        LlmReply reply = await client.AskAsync(question, null, Watchdog);
        StringAssert.Contains(reply.Text, answer);
    }

    [TestMethod]
    public void Inspect_SaysWhatTheModelHolds()
    {
        LlmModel model = LlmModel.Inspect(Repository.At("models/demo/demo.gguf"));
        Assert.AreEqual("llama", model.Architecture);
        Assert.AreEqual("Q8_0", model.Quantisation);
        Assert.IsTrue(model.HasChatTemplate);
        StringAssert.Contains(model.ChatTemplate, "assistant");
    }

    [TestMethod]
    public async Task Log_WithAllItsDetail_HoldsNoPrompt()
    {
        string file = Path.Combine(Path.GetTempPath(), "llmbridge-log." + Guid.NewGuid().ToString("N"));
        try
        {
            var options = new BridgeOptions
            {
                Settings = new Dictionary<string, string> { ["log"] = "debug", ["log_file"] = file },
            };
            await using (LlmClient client = await LlmClient.OpenAsync(options))
            {
                await client.AskAsync("CANARY-81723, what is 2+2?", null, Watchdog);
            }
            string log = await File.ReadAllTextAsync(file, Watchdog);
            Assert.AreNotEqual("", log);
            Assert.DoesNotContain("81723", log);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [TestMethod]
    public async Task Engine_OfTheDemonstration_IsFullyConfined()
    {
        await using LlmClient client = await LlmClient.OpenAsync(new BridgeOptions { Sandbox = LlmSandbox.Required });
        await client.AskAsync("What is 2+2?", null, Watchdog);
        Assert.AreEqual(LlmSandboxLayers.All, client.SandboxLayers);
    }

    [TestMethod]
    public async Task CommandLine_WhoseReaderIsGone_EndsWithoutTheRest()
    {
        string ask = $"'{Repository.CommandLine}' ask x --engine fake --set 'command=pieces 1000000 20'";
        ProgramRun run =
            await ProgramRun.OfAsync("sh", ["-c", $"{{ {ask}; echo $? >&2; }} | head -c 10"], Watchdog);
        StringAssert.Contains(run.Errors, "141");
    }

    [TestMethod]
    public async Task CommandLine_ThatCannotWrite_SaysSo()
    {
        ProgramRun run = await ProgramRun.OfAsync(
            "sh", ["-c", $"'{Repository.CommandLine}' ask x --engine fake >/dev/full"], Watchdog);
        Assert.AreEqual(109, run.ExitCode);
        StringAssert.Contains(run.Errors, "cannot be written");
    }

    [TestMethod]
    public async Task CommandLine_AnswersTheFirstQuestion_AndSaysWhoAnswers()
    {
        ProgramRun run = await ProgramRun.OfAsync(Repository.CommandLine, ["ask", "What is 2+2?"], Watchdog);
        Assert.AreEqual(0, run.ExitCode, run.Errors);
        StringAssert.Contains(run.Output, "4");
        StringAssert.Contains(run.Errors, "demonstration model");
    }

    [TestMethod]
    public async Task Chat_RemembersTheTurnsBefore()
    {
        ProgramRun run =
            await ProgramRun.OfAsync(Repository.CommandLine, ["chat"], Watchdog, "My name is Ben.\nWhat is my name?\n");
        Assert.AreEqual(0, run.ExitCode, run.Errors);
        string[] answers = run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.HasCount(2, answers);
        StringAssert.Contains(answers[1], "Ben");
    }

    [TestMethod]
    public async Task Ask_EightSumsAtOnce_AnswersEachRightly()
    {
        await using LlmClient client = await LlmClient.OpenAsync(new BridgeOptions { Slots = 8 });
        int[] numbers = [.. Enumerable.Range(1, 8)];
        LlmReply[] replies =
            await Task.WhenAll(numbers.Select(n => client.AskAsync($"What is {n}+{n + 1}?", null, Watchdog)));
        for (int i = 0; i < numbers.Length; i++)
        {
            string sum = ((2 * numbers[i]) + 1).ToString(CultureInfo.InvariantCulture);
            StringAssert.EndsWith(replies[i].Text.TrimEnd('.'), " " + sum);
        }
    }

    [TestMethod]
    public async Task Stream_OfAStory_IsTheWholeStory()
    {
        await using LlmClient client = await LlmClient.OpenAsync();
        LlmReply whole = await client.AskAsync("Tell me a story.", null, Watchdog);
        var pieces = new List<string>();
        await foreach (string piece in client.StreamAsync("Tell me a story.", null, Watchdog)) pieces.Add(piece);
        Assert.AreEqual(whole.Text, string.Concat(pieces));
        Assert.IsGreaterThan(StreamedPieces, pieces.Count);
    }

    [TestMethod]
    public async Task Ask_WithAStopString_EndsBeforeIt()
    {
        await using LlmClient client = await LlmClient.OpenAsync();
        LlmReply whole = await client.AskAsync("What is the capital of France?", null, Watchdog);
        LlmReply stopped =
            await client.AskAsync(
                "What is the capital of France?", new CallOptions { StopSequences = ["Paris"] }, Watchdog);
        Assert.AreEqual(LlmFinishReason.StopString, stopped.FinishReason);
        Assert.AreEqual(whole.Text[..whole.Text.IndexOf("Paris", StringComparison.Ordinal)], stopped.Text);
    }

    [TestMethod]
    public async Task Ask_InJson_GivesJsonThatValidates()
    {
        await using LlmClient client = await LlmClient.OpenAsync();
        LlmReply reply = await client.AskAsync(
            "Answer in JSON: What is the capital of France?", new CallOptions { Expect = LlmExpect.Json }, Watchdog);
        using JsonDocument json = JsonDocument.Parse(reply.Text);
        Assert.AreEqual("Paris", json.RootElement.GetProperty("capital").GetString());
    }

    [TestMethod]
    public async Task Ask_ExpectingJson_RefusesAnswersThatAreNone()
    {
        await using LlmClient client = await LlmClient.OpenAsync();
        LlmException refused = await Assert.ThrowsExactlyAsync<LlmException>(
            () => client.AskAsync("What is 2+2?", new CallOptions { Expect = LlmExpect.Json }, Watchdog));
        Assert.AreEqual(LlmStatus.OutputInvalid, refused.Error.Status);
        Assert.AreEqual(LlmPhase.Validate, refused.Error.Phase);
    }

    [TestMethod]
    public async Task Cancel_InTheMiddleOfAStory_EndsItAndTheNextCallWorks()
    {
        await using LlmClient client = await LlmClient.OpenAsync();
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Watchdog);
        int pieces = 0;
        await Assert.ThrowsAsync<OperationCanceledException>(async () =>
        {
            await foreach (string piece in client.StreamAsync("Tell me a story.", null, cancel.Token))
            {
                if (++pieces == StreamedPieces) await cancel.CancelAsync();
            }
        });
        LlmReply next = await client.AskAsync("What is 2+2?", null, Watchdog);
        StringAssert.Contains(next.Text, "4");
    }

    [TestMethod]
    public async Task Embed_PutsPhrasingsOfOneQuestionNearerThanOthers()
    {
        await using LlmClient client = await LlmClient.OpenAsync();
        LlmEmbeddings embeddings = await client.EmbedAsync(
            ["What is the capital of France?", "Which city is the capital of France?", "What is the opposite of hot?"],
            null, Watchdog);
        IReadOnlyList<float[]> vectors = embeddings.Vectors;
        Assert.IsGreaterThan(Dot(vectors[0], vectors[2]), Dot(vectors[0], vectors[1]));
    }

    private static double Dot(float[] a, float[] b) => a.Zip(b, (x, y) => (double)x * y).Sum();
}
