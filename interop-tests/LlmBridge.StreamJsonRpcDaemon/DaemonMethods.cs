using System.Text.Json;
using StreamJsonRpc;

namespace LlmBridge.StreamJsonRpcDaemon;

/// <summary>What the daemon answers. There is no ping, and no method knows of $/cancel: StreamJsonRpc cancels by
/// $/cancelRequest.</summary>
internal sealed class DaemonMethods
{
    private const int ErrorCode = -32050;

    /// <summary>The other side.</summary>
    public JsonRpc? Peer { get; set; }

    /// <summary>Says the prompt again. The prompt "wait" waits until it is cancelled in StreamJsonRpc's own
    /// way.</summary>
    [JsonRpcMethod("generate", UseSingleObjectParameterDeserialization = true)]
    public static async Task<string> GenerateAsync(JsonElement parameters, CancellationToken cancellationToken)
    {
        string prompt = parameters.GetProperty("prompt").GetString()!;
        if (prompt == "wait") await Task.Delay(Timeout.Infinite, cancellationToken);
        return prompt;
    }

    /// <summary>A vector for each text: how many UTF-16 units it has, and 1.</summary>
    [JsonRpcMethod("embed", UseSingleObjectParameterDeserialization = true)]
    public static object Embed(JsonElement parameters) => new
    {
        embeddings = parameters.GetProperty("texts").EnumerateArray().Select(
            text => new float[] { text.GetString()!.Length, 1 }),
    };

    /// <summary>Takes named parameters as arguments, the usual way.</summary>
    [JsonRpcMethod("add")]
    public static int Add(int left, int right) => left + right;

    /// <summary>An error with data.</summary>
    [JsonRpcMethod("refuse")]
    public static void Refuse() =>
        throw new LocalRpcException("refused: nö") { ErrorCode = ErrorCode, ErrorData = new { reason = "mood" } };

    /// <summary>An exception, which StreamJsonRpc tells with its type and stack.</summary>
    [JsonRpcMethod("throw")]
    public static void Throw() => throw new InvalidOperationException("it broke");

    /// <summary>Asks the other side something while it waits: a request to the host, which has no methods.</summary>
    [JsonRpcMethod("ask_back")]
    public async Task<string> AskBackAsync()
    {
        try
        {
            return await Peer!.InvokeAsync<string>("workspace/configuration");
        }
        catch (RemoteRpcException e)
        {
            return e.Message;
        }
    }
}
