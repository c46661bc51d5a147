using System.Net;

namespace LlmBridge.Serve;

/// <summary>How the gateway runs.</summary>
internal sealed record ServeOptions
{
    /// <summary>The settings of llmbridge, by name.</summary>
    public required IReadOnlyDictionary<string, string> Settings { get; init; }

    public required int Port { get; init; }

    public required IPAddress Address { get; init; }

    /// <summary>Who may ask.</summary>
    public required AccessRules Access { get; init; }

    /// <summary>What clients call the model; null for its own name.</summary>
    public string? ModelName { get; init; }

    /// <summary>True where the end of the standard input ends the server.</summary>
    public bool EndsWithInput { get; init; }
}
