namespace LlmBridge.Interop;

/// <summary>The clock of all deadlines.</summary>
internal static class NativeClock
{
    /// <summary>A deadline that never passes.</summary>
    public const ulong Never = ulong.MaxValue;

    public static ulong NowNs() => NativeMethods.llmb_clock_ns();

    /// <summary>The moment after so much time; for none a moment long ago, which takes no look at the clock.</summary>
    public static ulong AfterNs(uint nanoseconds) => nanoseconds == 0 ? 0 : NativeMethods.llmb_clock_ns() + nanoseconds;

    public static ulong AfterMs(ulong milliseconds) => NativeMethods.llmb_deadline_after_ms(milliseconds);
}
