namespace LlmBridge.InteropTests.Http;

/// <summary>For tests of the engine http.</summary>
public abstract class HttpTest : BridgeTest
{
    /// <summary>A client that asks this address.</summary>
    protected static Task<LlmClient> OpenHttpAsync(string url, BridgeOptions? options = null)
    {
        options = options?.Clone() ?? new BridgeOptions();
        options.Engine = LlmEngine.Http;
        options.Url = url;
        return LlmClient.OpenAsync(options);
    }
}
