namespace LlmBridge.OpenAI;

/// <summary>How servers are asked, whichever they are.</summary>
public sealed record ServerOptions
{
    /// <summary>The servers' name of the model; null for the first that each lists.</summary>
    public string? Model { get; init; }

    /// <summary>The key that goes with each request; null for none.</summary>
    public string? ApiKey { get; init; }

    /// <summary>The file with the authorities that a server's certificate may come from; null for the
    /// system's.</summary>
    public string? TlsCaFile { get; init; }

    /// <summary>How long connecting may take.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);
}
