using System.Text.Json;

namespace LlmBridge.InteropTests;

/// <summary>The example engines, as a user would run them. What an SDK must bear is tested by the rows custom.* in
/// C.</summary>
[TestClass]
public sealed class CustomEngineTests : BridgeTest
{
    public static IEnumerable<object[]> Engines() =>
    [
        ["python3", Repository.At("hosts/python/examples/echo_engine.py")],
        ["dotnet", Repository.At($"managed/examples/EchoEngine/bin/{Configuration}/net10.0/EchoEngine.dll")],
    ];

    private static string Configuration => new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/')).Parent!.Name;

    [TestMethod]
    [DynamicData(nameof(Engines))]
    public async Task AnEngineInAnotherLanguage_AnswersEmbedsAndCounts(string program, string file)
    {
        await using LlmClient client = await OpenAsync(program, file);
        var pieces = new List<string>();
        await foreach (string piece in client.StreamAsync("who is there", null, Watchdog)) pieces.Add(piece);
        Assert.AreEqual("who is there", string.Concat(pieces));
        LlmReply reply = await client.AskAsync("one two three four", new CallOptions { MaxOutputTokens = 2 }, Watchdog);
        Assert.AreEqual("one two", reply.Text);
        Assert.AreEqual(LlmFinishReason.Length, reply.FinishReason);
        Assert.AreEqual(4, reply.Usage.PromptTokens);
        CollectionAssert.AreEqual(
            new float[] { 1, 1, 1, 0, 0, 0, 0, 3 },
            (await client.EmbedAsync("abc", null, Watchdog)).Vector);
        Assert.AreEqual(3, await client.CountTokensAsync("three little words", Watchdog));
    }

    [TestMethod]
    [DynamicData(nameof(Engines))]
    public async Task AnEngineInAnotherLanguage_HasMethods(string program, string file)
    {
        await using LlmClient client = await OpenAsync(program, file);
        JsonElement result = await client.InvokeAsync("echo", """{"a":[1,2]}""", null, Watchdog);
        Assert.AreEqual(2, result.GetProperty("a")[1].GetInt32());
        StringAssert.Contains(
            (await FailsAsync(LlmStatus.Unsupported, () => client.InvokeAsync("sing", "", null, Watchdog))).Message,
            "sing");
    }

    private static Task<LlmClient> OpenAsync(string program, string file) =>
        LlmClient.OpenAsync(new BridgeOptions
        {
            Engine = LlmEngine.Custom,
            Command = [program, file],
        });
}
