using System.Net;
using System.Security.Cryptography;

namespace LlmBridge.Serve;

/// <summary>How the gateway runs.</summary>
internal sealed record ServeOptions
{
    private const int KeyBytes = 24;

    /// <summary>The settings of llmbridge, by name.</summary>
    public required IReadOnlyDictionary<string, string> Settings { get; init; }

    public required int Port { get; init; }

    public required IPAddress Address { get; init; }

    /// <summary>What clients have to send.</summary>
    public required string Key { get; init; }

    /// <summary>True where nobody knows the key yet: it is printed.</summary>
    public bool IsKeyMadeUp { get; init; }

    /// <summary>What clients call the model; null for its own name.</summary>
    public string? ModelName { get; init; }

    /// <summary>Names besides localhost that clients may know the server by.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>Origins whose pages may ask.</summary>
    public IReadOnlyList<string> Origins { get; init; } = [];

    /// <summary>True where the end of the standard input ends the server.</summary>
    public bool EndsWithInput { get; init; }

    /// <summary>A key that nobody can guess.</summary>
    public static string MakeKey() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(KeyBytes));
}
