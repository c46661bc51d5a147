using System.Text;

namespace LlmBridge.Interop;

/// <summary>llmb_request_*: one call as the engine sees it. What is not marked otherwise is for the thread that
/// serves.</summary>
internal static unsafe class NativeRequest
{
    public static NativeRequestKind Kind(nint request) => (NativeRequestKind)NativeMethods.llmb_request_kind(request);

    public static string[] Texts(nint request)
    {
        string[] texts = new string[NativeMethods.llmb_request_item_count(request)];
        for (int i = 0; i < texts.Length; i++)
        {
            ulong size;
            byte* start = NativeMethods.llmb_request_item(request, (uint)i, &size);
            texts[i] = Utf8.Answer(new ReadOnlySpan<byte>(start, checked((int)size)));
        }
        return texts;
    }

    /// <summary>A call setting; null where it was not set and has no default. Any thread.</summary>
    public static string? Setting(nint request, string name)
    {
        using var text = new Utf8.Encoded(name, stackalloc byte[Utf8.StackBytes], nameof(name));
        fixed (byte* pointer = text.Terminated(nameof(name)))
        {
            byte* value = NativeMethods.llmb_request_setting(request, pointer);
            return value == null ? null : Utf8.Text(value);
        }
    }

    /// <summary>The call settings that the host has set. Any thread.</summary>
    public static Dictionary<string, string> SettingsGiven(nint request)
    {
        var settings = new Dictionary<string, string>();
        for (uint i = 0; ; i++)
        {
            byte* value;
            byte* name = NativeMethods.llmb_request_setting_given(request, i, &value);
            if (name == null) return settings;
            settings[Utf8.Text(name)] = Utf8.Text(value);
        }
    }

    public static ulong DeadlineNs(nint request) => NativeMethods.llmb_request_deadline(request);

    public static void Accept(nint request) => NativeMethods.llmb_request_accept(request);

    /// <summary>Whether nobody wants the answer any more. Any thread.</summary>
    public static bool IsCancelled(nint request) => NativeMethods.llmb_request_cancelled(request) != 0;

    /// <summary>Says that work goes on. Any thread.</summary>
    public static void Progress(nint request) => NativeMethods.llmb_request_progress(request);

    /// <summary>NotReady where the host reads too slowly: nothing was taken.</summary>
    public static LlmStatus Write(nint request, ReadOnlySpan<byte> piece)
    {
        fixed (byte* pointer = piece) return NativeMethods.llmb_request_write(request, pointer, (ulong)piece.Length);
    }

    /// <summary>NotReady where the host reads too slowly: nothing was taken.</summary>
    public static LlmStatus WriteAside(nint request, NativeAside kind, ReadOnlySpan<byte> text)
    {
        fixed (byte* pointer = text)
        {
            return NativeMethods.llmb_request_write_aside(request, (uint)kind, pointer, (ulong)text.Length);
        }
    }

    /// <summary>NotReady where the host reads too slowly: nothing was taken.</summary>
    public static LlmStatus WriteVector(nint request, ReadOnlySpan<float> vector)
    {
        fixed (float* pointer = vector)
        {
            return NativeMethods.llmb_request_write_vector(request, pointer, (ulong)vector.Length);
        }
    }

    /// <summary>Says how probable the answer's tokens were.</summary>
    public static LlmStatus WriteLogprobs(nint request, string json)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(json);
        fixed (byte* pointer = bytes)
        {
            return NativeMethods.llmb_request_write_logprobs(request, pointer, (ulong)bytes.Length);
        }
    }

    /// <summary>Ends the request with success.</summary>
    public static void Done(nint request, LlmFinishReason reason, long promptTokens, long completionTokens)
    {
        var usage = new NativeUsage
        {
            struct_size = (uint)sizeof(NativeUsage),
            finish_reason = (uint)reason,
            prompt_tokens = (ulong)promptTokens,
            completion_tokens = (ulong)completionTokens,
            tool_parse = reason == LlmFinishReason.ToolCalls ? (ulong)NativeToolParse.Parsed : 0,
        };
        NativeMethods.llmb_request_done(request, &usage);
    }

    /// <summary>Ends the request with a failure.</summary>
    public static void Fail(nint request, LlmStatus status, LlmPhase phase, string message)
    {
        using var text = new Utf8.Encoded(Utf8.Sayable(message), stackalloc byte[Utf8.StackBytes], nameof(message));
        fixed (byte* pointer = text.WithNul) NativeMethods.llmb_request_fail(request, status, (uint)phase, pointer);
    }
}
