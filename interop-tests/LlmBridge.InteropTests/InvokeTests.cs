using System.Text.Json;

namespace LlmBridge.InteropTests;

/// <summary>Methods of a JSON-RPC daemon: the example of the Python kit.</summary>
[TestClass]
public sealed class InvokeTests : BridgeTest
{
    private static string[] Command => ["python3", Repository.At("hosts/python/examples/counting_daemon.py")];

    internal static Task<LlmClient> OpenAsync() =>
        LlmClient.OpenAsync(new BridgeOptions { Engine = LlmEngine.Jsonrpc, Command = Command });

    [TestMethod]
    public async Task Invoke_GivesBackTheResult_AndTheDaemonRemembers()
    {
        await using LlmClient client = await OpenAsync();
        await client.InvokeAsync("remember", """{"note": "milk"}""", cancellationToken: Watchdog);
        JsonElement result = await client.InvokeAsync(
            "remember", JsonSerializer.SerializeToElement(new[] { "tea" }), cancellationToken: Watchdog);
        CollectionAssert.AreEqual(new[] { "milk", "tea" },
            result.GetProperty("notes").EnumerateArray().Select(note => note.GetString()).ToArray());
    }

    [TestMethod]
    public async Task Invoke_OfAMethodThatThereIsNot_FailsWithTheDaemonsOwnError()
    {
        await using LlmClient client = await OpenAsync();
        LlmException failure =
            await FailsAsync(LlmStatus.EngineError, () => client.InvokeAsync("forget", null, null, Watchdog));
        StringAssert.Contains(failure.Message, "(-32601)");
    }

    [TestMethod]
    public async Task Invoke_WithParametersThatAreNoObjectOrArray_IsRefused()
    {
        await using LlmClient client = await OpenAsync();
        await FailsAsync(
            LlmStatus.InvalidArgument, () => client.InvokeAsync("remember", "7", cancellationToken: Watchdog));
    }

    [TestMethod]
    public async Task Invoke_OnTheCommandLine_PrintsTheResult()
    {
        ProgramRun run = await ProgramRun.OfAsync(
            Repository.CommandLine,
            [
                "invoke", "remember", """{"note": "milk"}""", "--engine", "jsonrpc",
                "--set", "command=" + JsonSerializer.Serialize(Command),
            ],
            Watchdog);
        Assert.AreEqual(0, run.ExitCode, run.Errors);
        using JsonDocument result = JsonDocument.Parse(run.Output);
        Assert.AreEqual("milk", result.RootElement.GetProperty("notes")[0].GetString());
    }
}
