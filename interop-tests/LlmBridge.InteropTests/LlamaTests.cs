using System.Text;

namespace LlmBridge.InteropTests;

/// <summary>The llama engine through .NET: what it says is what llama.cpp says.</summary>
[TestClass]
public sealed class LlamaTests : BridgeTest
{
    private const int ContextTokens = 512;

    [TestInitialize]
    public void RequireLlama() => TestModel.RequireLlama();

    [TestMethod]
    public async Task Ask_WithoutAnyOption_IsAnsweredByTheDemonstrationModel()
    {
        await using LlmClient client = await LlmClient.OpenAsync();
        LlmReply reply = await client.AskAsync("Who are you?", null, Watchdog);
        Assert.AreNotEqual("", reply.Text);
        if (!File.Exists(Repository.At("models/demo/demo.gguf"))) Assert.AreEqual(TestModel.ChainAnswer, reply.Text);
        Assert.AreEqual("llama", reply.Engine);
        Assert.AreEqual(LlmFinishReason.Stop, reply.FinishReason);
        Assert.IsGreaterThan(0, reply.Usage.PromptTokens);
        Assert.IsGreaterThan(0, reply.Usage.CompletionTokens);
    }

    [TestMethod]
    public async Task Ask_FromEightThreadsAtOnce_AnswersEachAsAlone()
    {
        await using LlmClient client = await OpenChainAsync();
        LlmReply[] replies = await Task.WhenAll(Enumerable.Range(0, 32).Select(
            i => Task.Run(() => client.AskAsync($"Question {i}?", null, Watchdog), Watchdog)));
        foreach (LlmReply reply in replies) Assert.AreEqual(TestModel.ChainAnswer, reply.Text);
    }

    [TestMethod]
    public async Task Stream_PiecesTogether_AreTheWholeAnswer()
    {
        await using LlmClient client = await OpenChainAsync();
        var pieces = new List<string>();
        await foreach (string piece in client.StreamAsync("Who are you?", null, Watchdog)) pieces.Add(piece);
        Assert.AreEqual(TestModel.ChainAnswer, string.Concat(pieces));
        Assert.IsGreaterThan(1, pieces.Count);
    }

    [TestMethod]
    public async Task Ask_WithMaxTokens_EndsThereWithReasonLength()
    {
        await using LlmClient client = await OpenChainAsync();
        LlmReply reply = await client.AskAsync("Who are you?", new CallOptions { MaxOutputTokens = 3 }, Watchdog);
        Assert.AreEqual(LlmFinishReason.Length, reply.FinishReason);
        Assert.AreEqual(3, reply.Usage.CompletionTokens);
        Assert.StartsWith(reply.Text, TestModel.ChainAnswer);
    }

    [TestMethod]
    public async Task Ask_WithAPromptThatBeginsLikeTheOneBefore_SaysHowMuchWasNotReadAgain()
    {
        string shared = string.Concat(Enumerable.Repeat("a rule for all questions. ", 12)); // more than one chunk
        await using LlmClient client = await LlmClient.OpenAsync(
            new BridgeOptions { Model = TestModel.Make("random"), Context = ContextTokens, Threads = 1 });
        var brief = new CallOptions { MaxOutputTokens = 4, PromptFormat = LlmPromptFormat.Raw };
        LlmUsage first = (await client.AskAsync(shared + "One?", brief, Watchdog)).Usage;
        LlmUsage second = (await client.AskAsync(shared + "Two?", brief, Watchdog)).Usage;
        Assert.AreEqual(0, first.CachedPromptTokens);
        Assert.IsGreaterThan(0, second.CachedPromptTokens);
        Assert.IsLessThan(second.PromptTokens, second.CachedPromptTokens);
    }

    [TestMethod]
    public async Task Ask_OfAModelThatSaysBytesThatAreNoText_SaysHowManyBecameReplacementCharacters()
    {
        // U+E0FF stands for the byte FF.
        string model = TestModel.Make("chain", "--split-characters", "--text", "Hello\ue0ff there, friend");
        await using LlmClient client = await LlmClient.OpenAsync(new BridgeOptions { Model = model });
        LlmReply reply = await client.AskAsync("x", null, Watchdog);
        Assert.AreEqual("Hello\ufffd there, friend", reply.Text);
        Assert.AreEqual(1, reply.Replaced);
        ProgramRun run = await ProgramRun.OfAsync(
            Repository.CommandLine, ["ask", "x", "--model", model, "--json"], Watchdog);
        using System.Text.Json.JsonDocument printed = System.Text.Json.JsonDocument.Parse(run.Output);
        Assert.AreEqual(1, printed.RootElement.GetProperty("replaced").GetInt32());
    }

    [TestMethod]
    [DataRow("llama", "f32", 1)]
    [DataRow("llama", "q8_0", 2)]
    [DataRow("llama", "q4_0", 3)]
    [DataRow("llama", "f16", 4)]
    [DataRow("qwen2", "f32", 5)]
    [DataRow("gemma", "f32", 6)]
    [DataRow("phi3", "f32", 7)]
    public async Task Ask_OfARandomModel_SaysTokenForTokenWhatAPlainLoopOverLlamaSays(
        string architecture, string type, int seed)
    {
        string model = TestModel.Make("random", "--arch", architecture, "--type", type, "--seed", $"{seed}");
        await using LlmClient client =
            await LlmClient.OpenAsync(new BridgeOptions { Model = model, Context = ContextTokens, Threads = 1 });
        string longer = string.Concat(Enumerable.Repeat("a longer prompt ", 12));
        foreach (string prompt in new[] { "Once upon a time", "Grüße, 世界 🌍", longer })
        {
            LlmReply reply = await client.AskAsync(
                prompt, new CallOptions { MaxOutputTokens = 40, PromptFormat = LlmPromptFormat.Raw }, Watchdog);
            Reference reference = await Reference.OfAsync(model, prompt, 40, Watchdog);
            Assert.AreEqual(reference.Text, reply.Text);
            Assert.AreEqual(reference.PromptTokens, reply.Usage.PromptTokens);
            Assert.AreEqual(reference.Tokens, reply.Usage.CompletionTokens);
            Assert.AreEqual(reference.Finish, reply.FinishReason == LlmFinishReason.Stop ? "stop" : "length");
        }
    }

    [TestMethod]
    public async Task Ask_WithAPromptLongerThanTheContext_IsContextFull()
    {
        await using LlmClient client = await OpenChainAsync(new BridgeOptions { Context = 64 });
        LlmException failure =
            await FailsAsync(LlmStatus.ContextFull, () => client.AskAsync(new string('q', 1000), null, Watchdog));
        Assert.AreEqual(LlmPhase.Prompt, failure.Error.Phase);
        Assert.AreEqual(TestModel.ChainAnswer, (await client.AskAsync("Who are you?", null, Watchdog)).Text);
    }

    [TestMethod]
    public async Task Ask_WhileTheEngineCrashes_IsToldAndTheNextCallWorks()
    {
        string endless = TestModel.Make("chain", "--loop", "--context", "100000");
        await using LlmClient client = await LlmClient.OpenAsync(
            new BridgeOptions
            {
                Model = endless,
                Context = 50000,
                Slots = 1,
                Retries = 0,
                Calls = new CallOptions { MaxOutputTokens = 49000 },
            });
        await using (IAsyncEnumerator<string> pieces =
            client.StreamAsync("go", null, Watchdog).GetAsyncEnumerator(Watchdog))
        {
            Assert.IsTrue(await pieces.MoveNextAsync());
            Processes.Signal(client.EngineProcessId, Processes.SignalAbort);
            LlmException failure = await FailsAsync(LlmStatus.EngineCrashed, async () =>
            {
                while (await pieces.MoveNextAsync())
                {
                }
            });
            Assert.AreEqual(Processes.SignalAbort, failure.Error.ExitValue);
        }
        LlmReply reply = await client.AskAsync("go", new CallOptions { MaxOutputTokens = 4 }, Watchdog);
        Assert.AreEqual(4, reply.Usage.CompletionTokens);
    }

    [TestMethod]
    public async Task Ask_WhenCancelled_FreesItsSlot()
    {
        string endless = TestModel.Make("chain", "--loop", "--context", "100000");
        await using LlmClient client =
            await LlmClient.OpenAsync(new BridgeOptions { Model = endless, Context = 50000, Slots = 1 });
        long engine = await StartEngineAsync(client);
        for (int round = 0; round < 3; round++)
        {
            using var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
            await Assert.ThrowsAsync<OperationCanceledException>(
                () => client.AskAsync("go", new CallOptions { MaxOutputTokens = 49000 }, source.Token));
        }
        Assert.AreEqual(
            4, (await client.AskAsync("go", new CallOptions { MaxOutputTokens = 4 }, Watchdog)).Usage.CompletionTokens);
        Assert.AreEqual(engine, client.EngineProcessId);
    }

    [TestMethod]
    public async Task Open_WithAModelThatDoesNotExist_IsNotFound() =>
        await FailsAsync(LlmStatus.NotFound, () => AskModelAsync("/nonexistent/model.gguf"));

    [TestMethod]
    public async Task Ask_OfAFileThatIsNoModel_IsModelInvalid()
    {
        byte[] whole = File.ReadAllBytes(TestModel.Make("chain"));
        foreach (string path in new[]
                 {
                     TestModel.Fake("empty.gguf", []),
                     TestModel.Fake(
                         "text.gguf", Encoding.UTF8.GetBytes("This is no model at all, only a line of text.\n")),
                     TestModel.Fake("magic.gguf", Encoding.UTF8.GetBytes("GGUF")),
                     TestModel.Fake("half.gguf", whole[..(whole.Length / 2)]),
                     Path.GetTempPath(),
                 })
        {
            LlmException failure = await FailsAsync(LlmStatus.ModelInvalid, () => AskModelAsync(path));
            Assert.AreNotEqual("", failure.Error.Message);
        }
    }

    /// <summary>A client of the model whose answer is known.</summary>
    private static Task<LlmClient> OpenChainAsync(BridgeOptions? options = null) =>
        LlmClient.OpenAsync(WithChain(options?.Clone() ?? new BridgeOptions()));

    private static BridgeOptions WithChain(BridgeOptions options)
    {
        options.Model = TestModel.Make("chain");
        return options;
    }

    private async Task AskModelAsync(string path)
    {
        await using LlmClient client = await LlmClient.OpenAsync(new BridgeOptions { Model = path });
        await client.AskAsync("hi", null, Watchdog);
    }

    /// <summary>What llama_reference printed.</summary>
    private sealed record Reference(long PromptTokens, long Tokens, string Finish, string Text)
    {
        public static async Task<Reference> OfAsync(
            string model, string prompt, int maxTokens, CancellationToken watchdog)
        {
            ProgramRun run = await ProgramRun.OfAsync(
                Repository.At("build/release/bin/llama_reference"),
                ["generate", model, prompt, $"{maxTokens}", $"{ContextTokens}", "1"], watchdog);
            Assert.AreEqual(0, run.ExitCode, run.Errors);
            string[] halves = run.Output.Split("\ntext\n", 2);
            string[] lines = halves[0].Split('\n');
            return new Reference(
                long.Parse(lines[0]["prompt_tokens ".Length..], System.Globalization.CultureInfo.InvariantCulture),
                lines[1].Split(' ').Length - 1,
                lines[^1]["finish ".Length..],
                halves[1]);
        }
    }
}
