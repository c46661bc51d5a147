namespace LlmBridge.OpenAI;

/// <summary>The address of a server: where to connect, and what its paths begin with.</summary>
public sealed record ServerUrl
{
    private const string UnixScheme = "http+unix:";
    private const int UrlsMax = 64;

    private ServerUrl(Uri root, string? socketPath)
    {
        Root = root;
        SocketPath = socketPath;
    }

    /// <summary>The address without a slash at its end.</summary>
    public Uri Root { get; }

    /// <summary>The Unix socket behind the address; null where it is a network's.</summary>
    public string? SocketPath { get; }

    /// <summary>True where the address itself ends in a version, such as /v1: nothing is to be added to it.</summary>
    public bool HasVersion
    {
        get
        {
            string last = Root.AbsolutePath[(Root.AbsolutePath.LastIndexOf('/') + 1)..];
            return last.Length > 1 && last[0] == 'v' && char.IsAsciiDigit(last[1]);
        }
    }

    /// <summary>Addresses parted by commas.</summary>
    /// <exception cref="FormatException">One is none.</exception>
    public static IReadOnlyList<ServerUrl> ParseList(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] parts = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length is 0 or > UrlsMax)
        {
            throw new FormatException($"url: there are {parts.Length} addresses; allowed are 1 to {UrlsMax}");
        }
        return [.. parts.Select(Parse)];
    }

    /// <summary>One address.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static ServerUrl Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.StartsWith(UnixScheme, StringComparison.OrdinalIgnoreCase))
        {
            string path = Uri.UnescapeDataString(text[UnixScheme.Length..]);
            if (path.StartsWith("//", StringComparison.Ordinal)) path = path[2..];
            if (!path.StartsWith('/') || path.Length > 107)
            {
                throw new FormatException(
                    $"url: \"{text}\" names no socket; "
                    + "allowed is http+unix: and an absolute path of at most 107 bytes");
            }
            return new ServerUrl(new Uri("http://localhost"), path);
        }
        bool known = Uri.TryCreate(text, UriKind.Absolute, out Uri? uri)
            && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps);
        if (!known || uri!.Host.Length == 0)
        {
            throw new FormatException(
                $"url: \"{text}\" is no address of a server; allowed are http://, https:// and http+unix:");
        }
        if (uri.UserInfo.Length > 0 || uri.Query.Length > 0 || uri.Fragment.Length > 0)
        {
            throw new FormatException(
                $"url: {uri.Scheme}://{uri.Host} may have no user, query or fragment; a key goes into api_key_file");
        }
        return new ServerUrl(new Uri(uri.GetLeftPart(UriPartial.Path).TrimEnd('/')), null);
    }

    /// <summary>The address as a person knows it.</summary>
    public override string ToString() => SocketPath is null ? Root.ToString().TrimEnd('/') : UnixScheme + SocketPath;
}
