namespace LlmBridge.OpenAI;

/// <summary>Whether a request that failed is made again, and after how long: only where nothing was begun by
/// it.</summary>
internal sealed class RetryDecision(RequestLimits limits, int replicas)
{
    /// <summary>How often a request is made again that servers have no time for.</summary>
    private const int OverloadedMax = 5;

    private static readonly TimeSpan s_waitFirst = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_waitMost = TimeSpan.FromSeconds(2);

    private int _failures;

    /// <summary>The wait before the next attempt.</summary>
    /// <exception cref="ServerException">There is none: the failure, as it is to be told.</exception>
    public TimeSpan After(ServerException failure)
    {
        _failures++;
        int round = (_failures - 1) / replicas; // how often all of them were tried
        bool isRoundsEnd = _failures % replicas == 0;
        int rounds = failure.Fault == ServerFault.Overloaded ? OverloadedMax
            : ErrorBody.SaysLoading(failure.Message) ? int.MaxValue : limits.Retries;
        bool mayPass = failure.NothingBegun && failure.Fault is ServerFault.Unavailable or ServerFault.Overloaded;
        if (!mayPass || (isRoundsEnd && round >= rounds)) throw failure;
        if (!isRoundsEnd) return TimeSpan.Zero;
        TimeSpan wait = failure.RetryAfter ?? s_waitFirst * Math.Pow(2, Math.Min(round, 10));
        if (failure.RetryAfter is null && wait > s_waitMost) wait = s_waitMost;
        TimeSpan remaining = limits.Remaining();
        bool fits = remaining == Timeout.InfiniteTimeSpan || wait < remaining;
        if (fits && wait < TimeSpan.FromDays(1)) return wait;
        throw new ServerException(
            failure.Fault,
            $"{failure.Message}; it is to be asked again in {wait.TotalSeconds:0.#} s, after the call's limit",
            failure)
        {
            RetryAfter = failure.RetryAfter,
            NothingBegun = true,
        };
    }
}
