namespace LlmBridge.TestModels;

/// <summary>Normally distributed numbers that are the same on every machine and for every version of .NET.</summary>
internal sealed class RandomNumbers(ulong seed)
{
    private ulong _state = seed;

    internal float NextNormal()
    {
        // The sum of twelve uniform numbers: near enough to normal, and free of functions that differ between machines.
        double sum = 0;
        for (int i = 0; i < 12; i++)
        {
            sum += (Next() >> 11) * (1.0 / (1UL << 53));
        }

        return (float)(sum - 6);
    }

    /// <summary>64 bits, each as likely to be set as not (splitmix64).</summary>
    internal ulong Next()
    {
        _state += 0x9E3779B97F4A7C15;
        ulong mixed = _state;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }
}
