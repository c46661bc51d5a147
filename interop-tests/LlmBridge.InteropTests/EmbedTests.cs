namespace LlmBridge.InteropTests;

/// <summary>LlmClient.EmbedAsync and CountTokensAsync: calls whose answer is numbers.</summary>
[TestClass]
public sealed class EmbedTests : BridgeTest
{
    [TestMethod]
    public async Task Embed_OfSeveralTexts_GivesEachItsVectorInOrder()
    {
        await using LlmClient client = await OpenFakeAsync();
        string[] texts = ["a", "bb", "abc", "ä"];
        LlmEmbeddings embeddings = await client.EmbedAsync(texts, null, Watchdog);
        Assert.HasCount(texts.Length, embeddings.Vectors);
        Assert.AreEqual("fake", embeddings.Engine);
        for (int i = 0; i < texts.Length; i++) // the fake engine's last number is the text's size in bytes
        {
            Assert.AreEqual(System.Text.Encoding.UTF8.GetByteCount(texts[i]), embeddings.Vectors[i][^1]);
            CollectionAssert.AreEqual(
                embeddings.Vectors[i], (await client.EmbedAsync(texts[i], null, Watchdog)).Vector);
        }
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(1024)]
    [DataRow(1025)]
    [DataRow(5000)]
    public async Task Embed_OfAnyDimension_GivesTheVectorWhole(int dimension)
    {
        const string daemon = """
            import sys
            sys.path.insert(0, sys.argv[1])
            from llmbridge_daemon import method, run

            @method
            def embed(texts):
                size = int(sys.argv[2])
                return {"embeddings": [[i % 7 + text + 1 for i in range(size)] for text in range(len(texts))]}

            run()
            """;
        string[] command = ["python3", "-B", "-c", daemon, Repository.At("hosts/python"), $"{dimension}"];
        await using LlmClient client =
            await LlmClient.OpenAsync(new BridgeOptions { Engine = LlmEngine.Jsonrpc, Command = command });
        float[] numbers = [.. Enumerable.Range(0, dimension).Select(i => (i % 7) + 1f)];
        float[][] expected = [numbers, [.. numbers.Select(number => number + 1)]];
        CollectionAssert.AreEqual(expected[0], (await client.EmbedAsync("one", null, Watchdog)).Vector);
        LlmEmbeddings embeddings = await client.EmbedAsync(["one", "two"], null, Watchdog);
        for (int i = 0; i < 2; i++) CollectionAssert.AreEqual(expected[i], embeddings.Vectors[i]);
    }

    [TestMethod]
    public async Task Embed_FromEightThreadsAtOnce_MixesNothingUp()
    {
        await using LlmClient client = await OpenFakeAsync();
        const int threads = 8, calls = 25;
        await Task.WhenAll(Enumerable.Range(0, threads).Select(thread => Task.Run(
            async () =>
            {
                for (int call = 0; call < calls; call++)
                {
                    int size = 1 + thread + threads * call;
                    Assert.AreEqual(size, (await client.EmbedAsync(new string('a', size), null, Watchdog)).Vector[0]);
                }
            },
            Watchdog)));
    }

    [TestMethod]
    public async Task Embed_WithANaN_IsOutputInvalid()
    {
        await using LlmClient client = await OpenFakeAsync("nan");
        LlmException failure = await FailsAsync(LlmStatus.OutputInvalid, () => client.EmbedAsync("hi", null, Watchdog));
        StringAssert.Contains(failure.Message, "NaN");
    }

    [TestMethod]
    public async Task Embed_OfNothing_IsInvalidArgument()
    {
        await using LlmClient client = await OpenFakeAsync();
        await IsRefusedAsync(() => client.EmbedAsync([], null, Watchdog));
        await IsRefusedAsync(() => client.EmbedAsync("", null, Watchdog));
        await IsRefusedAsync(() => client.EmbedAsync(["fine", "\udc00"], null, Watchdog));
    }

    [TestMethod]
    [DataRow(4096)]
    [DataRow(4097)]
    [DataRow(9000)]
    public async Task Embed_OfMoreTextsThanACallTakes_GivesEachItsVectorInOrder(int count)
    {
        await using LlmClient client = await OpenFakeAsync();
        string[] texts =
            [.. Enumerable.Range(0, count).Select(i => new string('a', 1 + i % 100) + new string('b', i / 100))];
        LlmEmbeddings embeddings = await client.EmbedAsync(texts, null, Watchdog);
        Assert.HasCount(count, embeddings.Vectors);
        for (int i = 0; i < count; i++)
        {
            Assert.AreEqual(1 + i % 100, embeddings.Vectors[i][0]);
            Assert.AreEqual(i / 100, embeddings.Vectors[i][1]);
        }
        Assert.AreEqual("fake", embeddings.Engine);
        Assert.AreEqual(1, embeddings.Attempts);
        Assert.AreEqual((count + 4095) / 4096, embeddings.Usage.PromptTokens); // the fake engine says 1 a call
    }

    [TestMethod]
    public async Task Embed_OfManyTexts_NamesTheOneThatIsEmptyByItsNumberInTheWholeList()
    {
        await using LlmClient client = await OpenFakeAsync();
        string[] texts = [.. Enumerable.Repeat("a", 9000)];
        texts[8999] = "";
        ArgumentException failure =
            await IsRefusedAsync(() => client.EmbedAsync(texts, null, Watchdog));
        Assert.Contains("number 9000 of 9000 is empty", failure.Message);
        foreach (string bad in new[] { "\udc00", "a\0b" })
        {
            texts[8999] = bad;
            failure = await IsRefusedAsync(() => client.EmbedAsync(texts, null, Watchdog));
            Assert.Contains("number 9000 of 9000", failure.Message);
        }
    }

    [TestMethod]
    public async Task Embed_WhosePartsDoNotFitTogether_IsOutputInvalid()
    {
        const string daemon = """
            import sys
            sys.path.insert(0, sys.argv[1])
            from llmbridge_daemon import method, run

            @method
            def embed(texts):
                if texts[0] == "fail":
                    raise ValueError("no vector for text 3")
                return {"embeddings": [[1.0] * (2 if texts[0] == "a" else 3) for _ in texts]}

            run()
            """;
        string[] command = ["python3", "-B", "-c", daemon, Repository.At("hosts/python")];
        await using LlmClient client =
            await LlmClient.OpenAsync(new BridgeOptions { Engine = LlmEngine.Jsonrpc, Command = command });
        string[] texts = [.. Enumerable.Repeat("a", 4096), .. Enumerable.Repeat("b", 904)];
        LlmException failure =
            await FailsAsync(LlmStatus.OutputInvalid, () => client.EmbedAsync(texts, null, Watchdog));
        Assert.Contains("texts 4097 to 5000 of 5000: ", failure.Message);
        Assert.Contains("of 3 numbers", failure.Message);
        texts[4096] = "fail";
        failure = await Assert.ThrowsExactlyAsync<LlmException>(() => client.EmbedAsync(texts, null, Watchdog));
        Assert.Contains("texts 4097 to 5000 of 5000: ", failure.Message);
        Assert.Contains("no vector for text 3", failure.Message);
    }

    [TestMethod]
    public async Task Embed_WhenCancelled_ThrowsWithTheCallersToken()
    {
        await using LlmClient client = await OpenFakeAsync("sleep 100000");
        using var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        OperationCanceledException cancelled =
            await Assert.ThrowsAsync<OperationCanceledException>(() => client.EmbedAsync("hi", null, source.Token));
        Assert.AreEqual(source.Token, cancelled.CancellationToken);
    }

    [TestMethod]
    public async Task CountTokens_CountsAsTheEngineDoes()
    {
        await using LlmClient client = await OpenFakeAsync();
        Assert.AreEqual(3, await client.CountTokensAsync("three little words", Watchdog));
        await IsRefusedAsync(() => client.CountTokensAsync("", Watchdog));
    }

    [TestMethod]
    public async Task CountTokens_OfTheLlamaEngine_AgreesWithThePromptOfACall()
    {
        TestModel.RequireLlama();
        await using LlmClient client = await LlmClient.OpenAsync(
            new BridgeOptions
            {
                Model = TestModel.Make("chain"),
                Calls = new CallOptions { PromptFormat = LlmPromptFormat.Raw },
            });
        LlmReply reply = await client.AskAsync("Who are you?", null, Watchdog);
        Assert.AreEqual(reply.Usage.PromptTokens, await client.CountTokensAsync("Who are you?", Watchdog));
    }

    [TestMethod]
    [DataRow("llama", "auto", "mean")]
    [DataRow("llama", "last", "last")]
    [DataRow("bert", "cls", "cls")]
    public async Task Embed_OfARandomModel_IsWhatLlamaComputes(string architecture, string pooling, string reference)
    {
        TestModel.RequireLlama();
        string model = TestModel.Make("random", "--arch", architecture, "--seed", "9");
        var options = new CallOptions
        {
            Pooling = Enum.Parse<LlmPooling>(pooling, ignoreCase: true),
            Normalize = LlmNormalize.None,
        };
        await using LlmClient client =
            await LlmClient.OpenAsync(new BridgeOptions { Model = model, Context = 256, Threads = 1, Calls = options });
        const string text = "a text to embed";
        ProgramRun run = await ProgramRun.OfAsync(Repository.At("build/release/bin/llama_reference"),
            ["embed", model, text, reference, "256", "1"], Watchdog);
        Assert.AreEqual(0, run.ExitCode, run.Errors);
        float[] expected = [.. run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(
            l => float.Parse(l, System.Globalization.CultureInfo.InvariantCulture))];
        LlmEmbeddings batch =
            await client.EmbedAsync(["another one", text, "and a third text that is somewhat longer"], null, Watchdog);
        foreach (float[] vector in new[] { (await client.EmbedAsync(text, null, Watchdog)).Vector, batch.Vectors[1] })
        {
            Assert.HasCount(expected.Length, vector);
            for (int i = 0; i < expected.Length; i++) Assert.AreEqual(expected[i], vector[i], 1e-5f, $"component {i}");
        }
    }
}
