namespace LlmBridge.Interop;

/// <summary>llmb_bridge_stats and llmb_bridge_events: what a bridge tells of itself.</summary>
internal static unsafe class NativeStatistics
{
    public static void Read(BridgeHandle bridge, out NativeStats stats)
    {
        NativeError error;
        error.struct_size = (uint)sizeof(NativeError);
        stats = default;
        stats.struct_size = (uint)sizeof(NativeStats);
        fixed (NativeStats* pointer = &stats)
        {
            NativeStatus.ThrowIfFailed(NativeMethods.llmb_bridge_stats(bridge, pointer, &error), error);
        }
    }

    /// <summary>Copies events after number <paramref name="after"/>, oldest first; returns how many.</summary>
    public static int ReadEvents(BridgeHandle bridge, long after, Span<NativeEvent> events)
    {
        NativeError error;
        error.struct_size = (uint)sizeof(NativeError);
        uint count;
        fixed (NativeEvent* pointer = events)
        {
            NativeStatus.ThrowIfFailed(
                NativeMethods.llmb_bridge_events(bridge, (ulong)after, pointer, (uint)events.Length, &count, &error),
                error);
        }
        return (int)count;
    }

    /// <summary>The upper bound of a histogram's bucket; the last one has none and gives infinity.</summary>
    public static double BucketMs(int bucket)
    {
        LibraryLoader.EnsureLoaded(); // it may be asked before there is any client
        return NativeMethods.llmb_stats_bucket_ms((uint)bucket);
    }
}
