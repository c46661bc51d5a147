namespace LlmBridge.Interop;

/// <summary>The clock of all deadlines.</summary>
internal static class NativeClock
{
    /// <summary>A deadline that never passes.</summary>
    public const ulong Never = ulong.MaxValue;

    public static ulong NowNs() => NativeMethods.llmb_clock_ns();

    public static ulong AfterMs(ulong milliseconds) => NativeMethods.llmb_deadline_after_ms(milliseconds);
}
