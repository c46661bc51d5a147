using LlmBridge.Interop;

namespace LlmBridge;

/// <summary>Reads the events that a bridge remembers, some at a time.</summary>
internal static class EventReader
{
    private const int EventsAtOnce = 16;

    /// <summary>More than a bridge remembers: one that makes events faster than they are read ends no reader's
    /// day.</summary>
    private const int EventsMax = 256;

    public static List<LlmEvent> Read(BridgeHandle bridge, long after)
    {
        var events = new List<LlmEvent>();
        Span<NativeEvent> some = stackalloc NativeEvent[EventsAtOnce];
        int count;
        do
        {
            count = NativeStatistics.ReadEvents(bridge, after, some);
            DateTimeOffset now = DateTimeOffset.Now;
            ulong nowNs = NativeClock.NowNs();
            foreach (ref readonly NativeEvent one in some[..count]) events.Add(LlmEvent.Of(one, now, nowNs));
            if (count > 0) after = events[^1].Sequence;
        }
        while (count == EventsAtOnce && events.Count < EventsMax);
        return events;
    }
}
