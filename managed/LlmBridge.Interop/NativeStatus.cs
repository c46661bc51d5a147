using System.Diagnostics.CodeAnalysis;

namespace LlmBridge.Interop;

/// <summary>From status and error struct to exception: the one place where that is decided.</summary>
internal static class NativeStatus
{
    public static void ThrowIfFailed(LlmStatus status, in NativeError error)
    {
        if (status != LlmStatus.Ok) throw ToException(ToError(status, error));
    }

    /// <summary>For functions that fill in no error struct: the status is all there is to say.</summary>
    public static void ThrowIfFailed(LlmStatus status, string step)
    {
        if (status != LlmStatus.Ok) Throw(status, LlmPhase.None, step);
    }

    [DoesNotReturn]
    public static void Throw(LlmStatus status, LlmPhase phase, string message, Exception? inner = null) =>
        throw new LlmException(
            new LlmError { Status = status, Phase = phase, Message = message, RetrySafe = true }, inner);

    public static LlmException ToException(LlmError error) => error.Status switch
    {
        // A stalled engine is told like a passed limit too: stall_timeout_ms is one.
        var status when status.IsTimeLimit() || status == LlmStatus.EngineHung => new LlmTimeoutException(error),
        LlmStatus.OutOfMemory when error.Message.Length == 0 =>
            new LlmException(error with { Message = "this process has no memory left" }),
        _ => new LlmException(error),
    };

    /// <summary>The struct is the library's only where the function failed; a status of its own wins over the
    /// struct's.</summary>
    private static LlmError ToError(LlmStatus status, in NativeError error)
    {
        if (error.status != status) return new LlmError { Status = status, Message = "the library gave no detail" };
        return new LlmError
        {
            Status = status,
            Message = Utf8.Text(error.message),
            Phase = (LlmPhase)error.phase,
            Engine = Utf8.Text(error.engine),
            OsCode = error.os_code,
            ExitKind = (LlmExitKind)error.exit_kind,
            ExitValue = error.exit_value,
            RetrySafe = error.retry_safe != 0,
            Attempts = (int)error.attempts,
            Elapsed = TimeSpan.FromMilliseconds(error.elapsed_ms),
            EngineLog = Utf8.Text(error.engine_log),
        };
    }
}
