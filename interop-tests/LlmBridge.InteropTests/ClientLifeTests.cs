namespace LlmBridge.InteropTests;

/// <summary>How a client comes to its end: both ways of disposing of it do the same.</summary>
[TestClass]
public sealed class ClientLifeTests : BridgeTest
{
    [TestMethod]
    public async Task Dispose_EndsTheEngine_AsDisposeAsyncDoes()
    {
        LlmClient client = await OpenFakeAsync();
        long engine = await StartEngineAsync(client);
        Assert.IsInstanceOfType<IDisposable>(client);
        ((IDisposable)client).Dispose();
        Assert.IsFalse(Processes.IsAlive(engine));
        ((IDisposable)client).Dispose();
        await client.DisposeAsync();
    }
}
