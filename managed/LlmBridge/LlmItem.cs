namespace LlmBridge;

/// <summary>How one of many calls ended.</summary>
/// <typeparam name="T">What it gives when it succeeds.</typeparam>
public sealed class LlmItem<T>
    where T : class
{
    /// <summary>The item's number in the order it was given, counted from 0.</summary>
    public required int Index { get; init; }

    /// <summary>The answer; null where it failed.</summary>
    public T? Value { get; init; }

    /// <summary>Why it failed: an <see cref="LlmException"/>, or an <see cref="ArgumentException"/> for an item that
    /// could not be asked; null where it succeeded.</summary>
    public Exception? Failure { get; init; }

    /// <summary>The answer; throws where there is none.</summary>
    public T GetValueOrThrow() =>
        Value ?? throw new InvalidOperationException($"item {Index} failed: {Failure!.Message}", Failure);

    /// <summary>The item's number and whether it failed, without its text: logs are not for that.</summary>
    public override string ToString() => Failure is null ? $"item {Index}" : $"item {Index}: {Failure.Message}";
}

/// <summary>In which order the items of many calls are told.</summary>
public enum LlmItemOrder
{
    /// <summary>As they were given. A slow one holds back what is behind it.</summary>
    InOrder,

    /// <summary>Each as soon as it has ended.</summary>
    AsTheyCome,
}
