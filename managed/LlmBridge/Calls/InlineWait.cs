namespace LlmBridge;

/// <summary>How long to wait for news in place, on the caller's own thread, before that is left to the pump. A quick
/// engine answers within this time, and then it is cheaper than any wake-up; for a slow one it is in vain each time.
/// So it is learnt from outcomes, as the library learns how long to spin. Calls that race here cost a wrong
/// guess.</summary>
internal sealed class InlineWait
{
    private const uint MaxNs = 50_000;
    private const uint MinNs = 4_000; // less is not worth its system call
    // Waits left to the pump at once until one is tried again: a try in vain costs less than a wake-up.
    private const uint TryEvery = 8;

    private uint _budgetNs = MaxNs;
    private uint _leftToPump;

    /// <summary>Begins a wait; 0 is to look and not to wait.</summary>
    public uint Begin()
    {
        uint budgetNs = _budgetNs;
        if (budgetNs > 0) return budgetNs;
        if (++_leftToPump < TryEvery) return 0;
        _leftToPump = 0;
        return _budgetNs = MaxNs;
    }

    /// <summary>Learns from a wait: whether news came in that time.</summary>
    /// <param name="waitedNs">What Begin has returned.</param>
    public void End(uint waitedNs, bool paid)
    {
        if (waitedNs == 0) return;
        if (paid) _budgetNs = Math.Min(waitedNs * 2, MaxNs);
        else _budgetNs = waitedNs / 4 >= MinNs ? waitedNs / 4 : 0;
    }
}
