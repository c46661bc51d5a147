using System.Runtime.InteropServices;

namespace LlmBridge.Interop;

/// <summary>llmb_call_*: one call in flight. The failures of a call come as exceptions; "nothing yet" does
/// not.</summary>
internal static unsafe class NativeCall
{
    /// <summary>What Read returns when there is nothing yet.</summary>
    public const int NotReady = -1;

    /// <summary>Room for the vectors of most models; those of others are read twice.</summary>
    private const int StackNumbers = 1024;

    public static CallHandle Start(BridgeHandle bridge, string prompt, SettingsHandle settings)
    {
        using var text = new Utf8.Encoded(prompt, stackalloc byte[Utf8.StackBytes], nameof(prompt));
        NativeError error;
        error.struct_size = (uint)sizeof(NativeError);
        LlmStatus status;
        CallHandle call;
        fixed (byte* pointer = text.WithNul)
        {
            status =
                NativeMethods.llmb_call_start(bridge, pointer, (ulong)text.Bytes.Length, settings, out call, &error);
        }
        if (status != LlmStatus.Ok) call.Dispose();
        NativeStatus.ThrowIfFailed(status, error);
        return call;
    }

    /// <summary>Reads the next piece; 0 is the end of the answer, <see cref="NotReady"/> that the deadline
    /// passed.</summary>
    public static int Read(CallHandle call, Span<byte> buffer, ulong deadlineNs)
    {
        NativeError error;
        error.struct_size = (uint)sizeof(NativeError);
        ulong size;
        LlmStatus status;
        fixed (byte* pointer = buffer)
        {
            status = NativeMethods.llmb_call_read(call, pointer, (ulong)buffer.Length, deadlineNs, &size, &error);
        }
        if (status == LlmStatus.NotReady) return NotReady;
        NativeStatus.ThrowIfFailed(status, error);
        return (int)size;
    }

    /// <summary>Reads the next piece if there is one. Throws nothing: after 0, at the end or a failure, Read says
    /// which.</summary>
    public static int ReadNow(CallHandle call, Span<byte> buffer)
    {
        ulong size = 0;
        LlmStatus status;
        fixed (byte* pointer = buffer)
        {
            status = NativeMethods.llmb_call_read(call, pointer, (ulong)buffer.Length, 0, &size, null);
        }
        return status == LlmStatus.NotReady ? NotReady : (int)size;
    }

    public static CallHandle StartEmbed(BridgeHandle bridge, string text, SettingsHandle settings)
    {
        using var encoded = new Utf8.Encoded(text, stackalloc byte[Utf8.StackBytes], nameof(text));
        NativeError error;
        error.struct_size = (uint)sizeof(NativeError);
        LlmStatus status;
        CallHandle call;
        ulong size = (ulong)encoded.Bytes.Length;
        fixed (byte* pointer = encoded.WithNul)
        {
            byte* start = pointer;
            status = NativeMethods.llmb_embed_start(bridge, &start, &size, 1, settings, out call, &error);
        }
        if (status != LlmStatus.Ok) call.Dispose();
        NativeStatus.ThrowIfFailed(status, error);
        return call;
    }

    /// <summary>Starts the embedding of `count` of the texts, from number `first` on.</summary>
    public static CallHandle StartEmbed(
        BridgeHandle bridge, IReadOnlyList<string> texts, int first, int count, SettingsHandle settings)
    {
        using var block = new TextBlock(texts, first, count, nameof(texts));
        NativeError error;
        error.struct_size = (uint)sizeof(NativeError);
        LlmStatus status;
        CallHandle call;
        byte*[] starts = new byte*[count];
        fixed (byte* bytes = block.Bytes)
        fixed (ulong* sizes = block.Sizes)
        fixed (byte** pointers = starts)
        {
            byte* next = bytes;
            for (int i = 0; i < starts.Length; i++)
            {
                starts[i] = next;
                next += block.Sizes[i];
            }
            status = NativeMethods.llmb_embed_start(
                bridge, pointers, sizes, (uint)starts.Length, settings, out call, &error);
        }
        if (status != LlmStatus.Ok) call.Dispose();
        NativeStatus.ThrowIfFailed(status, error);
        return call;
    }

    /// <summary>Starts the call of a daemon's method.</summary>
    /// <param name="parametersJson">A JSON object or array; empty for none.</param>
    public static CallHandle StartInvoke(
        BridgeHandle bridge, string method, string parametersJson, SettingsHandle settings)
    {
        using var name = new Utf8.Encoded(method, stackalloc byte[Utf8.StackBytes], nameof(method));
        using var json = new Utf8.Encoded(parametersJson, stackalloc byte[Utf8.StackBytes], nameof(parametersJson));
        NativeError error;
        error.struct_size = (uint)sizeof(NativeError);
        LlmStatus status;
        CallHandle call;
        fixed (byte* namePointer = name.Terminated(nameof(method)))
        fixed (byte* jsonPointer = json.WithNul)
        {
            status = NativeMethods.llmb_invoke_start(
                bridge, namePointer, jsonPointer, (ulong)json.Bytes.Length, settings, out call, &error);
        }
        if (status != LlmStatus.Ok) call.Dispose();
        NativeStatus.ThrowIfFailed(status, error);
        return call;
    }

    /// <summary>Starts counting tokens: prompt_tokens of the result. There is no text to read, only the end.</summary>
    public static CallHandle StartCountTokens(BridgeHandle bridge, string text)
    {
        using var encoded = new Utf8.Encoded(text, stackalloc byte[Utf8.StackBytes], nameof(text));
        NativeError error;
        error.struct_size = (uint)sizeof(NativeError);
        LlmStatus status;
        CallHandle call;
        fixed (byte* pointer = encoded.WithNul)
        {
            status =
                NativeMethods.llmb_count_tokens_start(bridge, pointer, (ulong)encoded.Bytes.Length, out call, &error);
        }
        if (status != LlmStatus.Ok) call.Dispose();
        NativeStatus.ThrowIfFailed(status, error);
        return call;
    }

    /// <summary>Reads the next vector, null at the end; false when the deadline passed.</summary>
    public static bool TryReadVector(CallHandle call, ulong deadlineNs, out float[]? vector)
    {
        vector = null;
        Span<float> buffer = stackalloc float[StackNumbers];
        int dimension = ReadVector(call, buffer, deadlineNs);
        if (dimension > 0) vector = dimension <= buffer.Length ? buffer[..dimension].ToArray() : new float[dimension];
        if (dimension > buffer.Length) ReadVector(call, vector, 0); // nothing was copied yet
        return dimension != NotReady;
    }

    /// <summary>Returns the dimension; where it is above the buffer's length, nothing was copied.</summary>
    private static int ReadVector(CallHandle call, Span<float> buffer, ulong deadlineNs)
    {
        NativeError error;
        error.struct_size = (uint)sizeof(NativeError);
        ulong dimension = 0;
        LlmStatus status;
        fixed (float* pointer = buffer)
        {
            status = NativeMethods.llmb_call_read_vector(
                call, pointer, (ulong)buffer.Length, deadlineNs, &dimension, &error);
        }
        if (status == LlmStatus.NotReady) return NotReady;
        if (status == LlmStatus.InvalidArgument && dimension > (ulong)buffer.Length) return (int)dimension;
        NativeStatus.ThrowIfFailed(status, error);
        return (int)dimension;
    }

    /// <summary>Has the pump report the token once there is something to read.</summary>
    public static void Watch(CallHandle call, ulong token)
    {
        NativeError error;
        error.struct_size = (uint)sizeof(NativeError);
        NativeStatus.ThrowIfFailed(NativeMethods.llmb_call_watch(call, token, &error), error);
    }

    /// <summary>Asks the call to end; it is no fault if it has ended already.</summary>
    public static void Cancel(CallHandle call) => NativeMethods.llmb_call_cancel(call);

    /// <summary>What is known of a call whose answer has been read to its end.</summary>
    public static void Finish(CallHandle call, out NativeResult result)
    {
        NativeError error;
        error.struct_size = (uint)sizeof(NativeError);
        fixed (NativeResult* pointer = &result)
        {
            *pointer = default;
            pointer->struct_size = (uint)sizeof(NativeResult);
            NativeStatus.ThrowIfFailed(NativeMethods.llmb_call_finish(call, 0, pointer, &error), error);
        }
    }

    /// <summary>The calls of functions in an answer that has ended: a JSON array.</summary>
    public static string ToolCalls(CallHandle call)
    {
        byte* json;
        NativeStatus.ThrowIfFailed(NativeMethods.llmb_call_tool_calls(call, &json), "reading a call's calls of tools");
        return TakeText(json);
    }

    /// <summary>What the model thought before an answer that has ended.</summary>
    public static string Reasoning(CallHandle call)
    {
        byte* text;
        NativeStatus.ThrowIfFailed(NativeMethods.llmb_call_reasoning(call, &text), "reading a call's reasoning");
        return TakeText(text);
    }

    private static string TakeText(byte* text)
    {
        try
        {
            return Utf8.Text(text);
        }
        finally
        {
            NativeMethods.llmb_free(text);
        }
    }

    /// <summary>What is known of a call that has ended beyond its result.</summary>
    public static CallDetails Details(CallHandle call)
    {
        byte* json;
        NativeStatus.ThrowIfFailed(NativeMethods.llmb_call_details(call, &json), "reading the details of a call");
        try
        {
            return CallDetails.Parse(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(json));
        }
        finally
        {
            NativeMethods.llmb_free(json);
        }
    }
}
