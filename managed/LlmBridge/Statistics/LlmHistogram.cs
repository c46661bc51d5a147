using LlmBridge.Interop;

namespace LlmBridge;

/// <summary>How long things took, counted in buckets: each reaches twice as far as the one before, the last without
/// end.</summary>
public sealed class LlmHistogram
{
    private static readonly Lazy<double[]> s_bounds =
        new(() => [.. Enumerable.Range(0, NativeConstants.LLMB_STATS_BUCKETS).Select(NativeStatistics.BucketMs)]);
    private readonly long[] _counts;

    internal LlmHistogram(ReadOnlySpan<ulong> counts, double sumMs)
    {
        _counts = new long[counts.Length];
        for (int i = 0; i < counts.Length; i++)
        {
            _counts[i] = (long)counts[i];
            Count += _counts[i];
        }
        Sum = TimeSpan.FromMilliseconds(sumMs);
    }

    /// <summary>How many there are in all.</summary>
    public long Count { get; }

    /// <summary>All their times added up.</summary>
    public TimeSpan Sum { get; }

    /// <summary>How many fell into each bucket.</summary>
    public IReadOnlyList<long> Counts => _counts;

    /// <summary>Upper bounds of the buckets in milliseconds; the last is infinite.</summary>
    public static IReadOnlyList<double> BoundsMs => s_bounds.Value;

    /// <summary>The time within which this share of them ended, from 0 to 1, as exactly as the buckets tell; null where
    /// there are none. What fell into the last bucket is given as its lower bound.</summary>
    public TimeSpan? Percentile(double share)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(share);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(share, 1);
        if (Count == 0) return null;
        double rank = share * Count;
        double below = 0;
        int bucket = 0;
        while (bucket < _counts.Length - 1 && (_counts[bucket] == 0 || below + _counts[bucket] < rank))
        {
            below += _counts[bucket++];
        }
        double lower = bucket == 0 ? 0 : BoundsMs[bucket - 1];
        double upper = BoundsMs[bucket];
        if (double.IsInfinity(upper)) return TimeSpan.FromMilliseconds(lower);
        return TimeSpan.FromMilliseconds(lower + ((upper - lower) * (rank - below) / _counts[bucket]));
    }
}
