using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace LlmBridge.Web;

/// <summary>Who may ask: a page of another site may not, by whatever name it has made this machine known to a browser,
/// and nobody may who has not the key.</summary>
internal sealed class Guards(AccessRules rules)
{
    /// <summary>Where Anthropic's clients put the key.</summary>
    private const string KeyHeader = "X-Api-Key";

    private readonly byte[] _key = SHA256.HashData(Encoding.UTF8.GetBytes(rules.Key));

    public RequestDelegate Around(RequestDelegate next) => context =>
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.XContentTypeOptions = "nosniff"; // on refusals too
        headers.CacheControl = "no-store";
        CheckHost(context.Request);
        string? origin = CheckOrigin(context.Request);
        if (origin is not null)
        {
            headers.AccessControlAllowOrigin = origin;
            headers.Vary = "Origin";
            if (rules.ExposedHeaders.Length > 0) headers.AccessControlExposeHeaders = rules.ExposedHeaders;
            if (HttpMethods.IsOptions(context.Request.Method)) return AllowAsync(context);
        }
        if (!rules.OpenPaths.Contains(context.Request.Path.Value)) CheckKey(context.Request);
        return next(context);
    };

    /// <summary>A name that is not this server's was made to lead here: by whom, nobody knows. An address leads where
    /// it says.</summary>
    private void CheckHost(HttpRequest request)
    {
        string host = request.Host.Host.Trim('[', ']');
        bool isOurs = IPAddress.TryParse(host, out _) || IsName(host, "localhost")
            || rules.Hosts.Any(name => IsName(host, name));
        if (isOurs) return;
        throw new ApiException(403, $"Host: \"{host}\" is no name of this server; --allow-host makes it one")
        {
            Code = "host_not_allowed",
        };
    }

    /// <summary>The origin of another site that may ask; null where the request comes from none.</summary>
    private string? CheckOrigin(HttpRequest request)
    {
        string? origin = request.Headers.Origin;
        if (string.IsNullOrEmpty(origin)) return null;
        // This server's own page; a proxy with TLS before it hands the name on, and not the scheme.
        if (origin == $"http://{request.Host}" || origin == $"https://{request.Host}") return null;
        if (rules.Origins.Contains(origin, StringComparer.OrdinalIgnoreCase)) return origin;
        throw new ApiException(403, $"Origin: pages of \"{origin}\" may not ask; --cors-origin lets them")
        {
            Code = "origin_not_allowed",
        };
    }

    private void CheckKey(HttpRequest request)
    {
        const string Scheme = "Bearer ";
        string given = request.Headers.Authorization.ToString();
        bool isBearer = given.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase);
        string anthropics = request.Headers[KeyHeader].ToString();
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(isBearer ? given[Scheme.Length..].Trim() : anthropics));
        if (CryptographicOperations.FixedTimeEquals(hash, _key)) return;
        throw new ApiException(
            401, isBearer || anthropics.Length > 0 ? "the key is wrong"
                : $"there is no key: it goes into the header Authorization: Bearer KEY, or {KeyHeader}: KEY")
        {
            Code = "invalid_api_key",
        };
    }

    private Task AllowAsync(HttpContext context)
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.AccessControlAllowMethods = "GET, POST, DELETE";
        headers.AccessControlAllowHeaders =
            $"Authorization, Content-Type, {KeyHeader}" + (rules.Headers.Length > 0 ? ", " + rules.Headers : "");
        headers.AccessControlMaxAge = "600";
        context.Response.StatusCode = 204;
        return Task.CompletedTask;
    }

    private static bool IsName(string host, string name) => host.Equals(name, StringComparison.OrdinalIgnoreCase);
}
