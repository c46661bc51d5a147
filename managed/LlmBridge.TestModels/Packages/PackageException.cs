namespace LlmBridge.TestModels.Packages;

/// <summary>A package is not to be had here.</summary>
public sealed class PackageException : Exception
{
    /// <summary>Says nothing.</summary>
    public PackageException()
    {
    }

    /// <summary>Says which package, and why.</summary>
    public PackageException(string message)
        : base(message)
    {
    }

    /// <summary>Says which package, and what it came from.</summary>
    public PackageException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
