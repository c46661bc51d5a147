using Microsoft.Extensions.Logging;

namespace LlmBridge.InteropTests.Support;

/// <summary>For tests that open clients: each must leave nothing behind.</summary>
public abstract class BridgeTest
{
    public TestContext TestContext { get; set; } = null!;

    /// <summary>Cancelled when the test's time is up.</summary>
    protected CancellationToken Watchdog => TestContext.CancellationToken;

    [TestCleanup]
    public void LeavesNoKeeperBehind() =>
        Processes.WaitUntil(
            () => Processes.KeepersOf(Environment.ProcessId).Count == 0, "the keeper to end with the last client");

    /// <summary>A client of the fake engine with a script.</summary>
    protected static Task<LlmClient> OpenFakeAsync(
        string? script = null, BridgeOptions? options = null, ILoggerFactory? loggers = null)
    {
        options = options?.Clone() ?? new BridgeOptions();
        options.Engine = LlmEngine.Fake;
        options.Command = script is null ? null : [script];
        return LlmClient.OpenAsync(options, loggers);
    }

    protected static Task<ArgumentException> IsRefusedAsync(Func<Task> action) =>
        Assert.ThrowsExactlyAsync<ArgumentException>(action);

    protected static async Task<LlmException> FailsAsync(LlmStatus status, Func<Task> action)
    {
        LlmException failure = await Assert.ThrowsExactlyAsync<LlmException>(action);
        Assert.AreEqual(status, failure.Error.Status, failure.Message);
        return failure;
    }

    /// <summary>Starts the client's engine and says its process number, which may come a moment after the engine is
    /// ready.</summary>
    protected async Task<long> StartEngineAsync(LlmClient client)
    {
        await client.StartAsync(Watchdog);
        Processes.WaitUntil(() => client.EngineProcessId != 0, "the engine's process number");
        return client.EngineProcessId;
    }
}
