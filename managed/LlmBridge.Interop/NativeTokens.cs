using System.Runtime.InteropServices;

namespace LlmBridge.Interop;

/// <summary>llmb_call_logprobs, llmb_tokenize_start, llmb_detokenize_start.</summary>
internal static unsafe class NativeTokens
{
    /// <summary>What the engine has told of the answer's tokens, as JSON.</summary>
    public static byte[] Logprobs(CallHandle call)
    {
        byte* json;
        NativeStatus.ThrowIfFailed(NativeMethods.llmb_call_logprobs(call, &json), "reading the log probabilities");
        try
        {
            return MemoryMarshal.CreateReadOnlySpanFromNullTerminated(json).ToArray();
        }
        finally
        {
            NativeMethods.llmb_free(json);
        }
    }

    /// <summary>Starts dividing a text into tokens; the answer is a JSON array of their numbers.</summary>
    public static CallHandle StartTokenize(BridgeHandle bridge, string text, SettingsHandle settings)
    {
        using var encoded = new Utf8.Encoded(text, stackalloc byte[Utf8.StackBytes], nameof(text));
        NativeError error;
        error.struct_size = (uint)sizeof(NativeError);
        LlmStatus status;
        CallHandle call;
        fixed (byte* pointer = encoded.WithNul)
        {
            status = NativeMethods.llmb_tokenize_start(
                bridge, pointer, (ulong)encoded.Bytes.Length, settings, out call, &error);
        }
        if (status != LlmStatus.Ok) call.Dispose();
        NativeStatus.ThrowIfFailed(status, error);
        return call;
    }

    /// <summary>Starts making text of tokens.</summary>
    public static CallHandle StartDetokenize(BridgeHandle bridge, ReadOnlySpan<int> tokens, SettingsHandle settings)
    {
        NativeError error;
        error.struct_size = (uint)sizeof(NativeError);
        LlmStatus status;
        CallHandle call;
        fixed (int* pointer = tokens)
        {
            status = NativeMethods.llmb_detokenize_start(
                bridge, pointer, (ulong)tokens.Length, settings, out call, &error);
        }
        if (status != LlmStatus.Ok) call.Dispose();
        NativeStatus.ThrowIfFailed(status, error);
        return call;
    }
}
