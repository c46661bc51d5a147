using LlmBridge.Interop;

namespace LlmBridge;

public sealed partial class LlmClient
{
    /// <summary>Counters, times and workers at this moment. Starts no engine that no call waits for.</summary>
    public LlmStatistics GetStatistics()
    {
        NativeStatistics.Read(_bridge, out NativeStats stats);
        return new LlmStatistics(stats);
    }

    /// <summary>What happened after the event with this number, oldest first; 0 for all that is remembered. A bridge
    /// remembers its last 128 events: a first number above the next one says that some were lost.</summary>
    public IReadOnlyList<LlmEvent> GetEvents(long after = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(after);
        return EventReader.Read(_bridge, after);
    }
}
