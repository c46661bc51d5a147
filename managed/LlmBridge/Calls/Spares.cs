namespace LlmBridge;

/// <summary>Objects that wait to be used again. What there is no place for is left to the garbage collector.</summary>
internal sealed class Spares<T>(int countMax)
    where T : class
{
    private readonly T?[] _places = new T?[countMax];

    public T? TryTake()
    {
        foreach (ref T? place in _places.AsSpan())
        {
            if (place != null && Interlocked.Exchange(ref place, null) is { } spare) return spare;
        }
        return null;
    }

    public void Return(T spare)
    {
        foreach (ref T? place in _places.AsSpan())
        {
            if (place == null && Interlocked.CompareExchange(ref place, spare, null) == null) return;
        }
    }
}
