using System.Text.Json;
using LlmBridge.Interop;

namespace LlmBridge;

public sealed partial class LlmClient
{
    /// <summary>As deep as the library itself reads JSON.</summary>
    private static readonly JsonDocumentOptions s_anyDepth = new() { MaxDepth = 512 };

    /// <summary>Calls any method of a JSON-RPC daemon and gives back its result.</summary>
    /// <param name="method">The method's name.</param>
    /// <param name="parameters">A JSON object or array.</param>
    /// <param name="options">The limits of this call; what is not set is what the bridge says.</param>
    /// <param name="cancellationToken">Cancels the call, in the daemon too.</param>
    /// <exception cref="LlmException">The call failed; with status EngineError the daemon has answered with an error,
    /// with Unsupported the engine has no methods.</exception>
    /// <exception cref="LlmTimeoutException">A time limit passed; its Error says which.</exception>
    public Task<JsonElement> InvokeAsync(
        string method, JsonElement parameters, CallOptions? options = null,
        CancellationToken cancellationToken = default) =>
        InvokeAsync(method, parameters.GetRawText(), options, cancellationToken);

    /// <summary>The same with the parameters as JSON text; null for none.</summary>
    public Task<JsonElement> InvokeAsync(
        string method, string? parametersJson = null, CallOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(method);
        return _telemetry.IsWanted
            ? InvokeObservedAsync(method, parametersJson, options, cancellationToken)
            : InvokeQuietlyAsync(method, parametersJson, options, null, cancellationToken);
    }

    /// <param name="telemetry">Told what is known of the call once its result is complete.</param>
    private async Task<JsonElement> InvokeQuietlyAsync(
        string method, string? parametersJson, CallOptions? options, CallTelemetry? telemetry,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _operations.Enter(this);
        AnswerText text = TakeText();
        try
        {
            using CallHandle call = StartInvoke(method, parametersJson ?? "", options);
            await ReadToEndAsync(call, text, cancellationToken).ConfigureAwait(false);
            using JsonDocument result = JsonDocument.Parse(text.Bytes, s_anyDepth);
            telemetry?.Invoked(MakeReply(call, []));
            return result.RootElement.Clone();
        }
        finally
        {
            Return(text);
            _operations.Exit();
        }
    }

    private CallHandle StartInvoke(string method, string parametersJson, CallOptions? options)
    {
        if (options is null) return NativeCall.StartInvoke(_bridge, method, parametersJson, SettingsHandle.None);
        using SettingsHandle settings = options.ToSettings();
        return NativeCall.StartInvoke(_bridge, method, parametersJson, settings);
    }
}
