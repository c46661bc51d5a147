using System.Security.Cryptography;

namespace LlmBridge.Web;

/// <summary>Who may ask a server, and what browsers are told of that.</summary>
internal sealed record AccessRules
{
    private const int KeyBytes = 24;

    /// <summary>What clients have to send.</summary>
    public required string Key { get; init; }

    /// <summary>True where nobody knows the key yet: it is printed.</summary>
    public bool IsKeyMadeUp { get; init; }

    /// <summary>Names besides localhost that clients may know the server by.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>Origins whose pages may ask.</summary>
    public IReadOnlyList<string> Origins { get; init; } = [];

    /// <summary>The paths that want no key.</summary>
    public IReadOnlyList<string> OpenPaths { get; init; } = [];

    /// <summary>The headers that those pages may send, besides the key and the kind of content.</summary>
    public string Headers { get; init; } = "";

    /// <summary>The headers of responses that those pages may read.</summary>
    public string ExposedHeaders { get; init; } = "";

    /// <summary>A key that nobody can guess.</summary>
    public static string MakeKey() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(KeyBytes));
}
