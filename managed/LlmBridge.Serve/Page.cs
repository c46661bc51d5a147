using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace LlmBridge.Serve;

/// <summary>The page at /: one file, which may run its own script and ask this server, and nothing else.</summary>
internal static class Page
{
    private static readonly byte[] s_bytes = Read();
    private static readonly string s_policy = Policy(Encoding.UTF8.GetString(s_bytes));

    public static async Task SendAsync(HttpContext context)
    {
        HttpResponse response = context.Response;
        response.ContentType = "text/html; charset=utf-8";
        response.Headers.ContentSecurityPolicy = s_policy;
        response.Headers["Referrer-Policy"] = "no-referrer";
        response.ContentLength = s_bytes.Length;
        await response.Body.WriteAsync(s_bytes, context.RequestAborted);
    }

    private static byte[] Read()
    {
        using Stream file = typeof(Page).Assembly.GetManifestResourceStream("page.html")!;
        byte[] bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }

    private static string Policy(string page) =>
        $"default-src 'none'; script-src '{HashOf(page, "script")}'; style-src '{HashOf(page, "style")}'; "
        + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static string HashOf(string page, string element)
    {
        int begin = page.IndexOf($"<{element}>", StringComparison.Ordinal) + element.Length + 2;
        int end = page.IndexOf($"</{element}>", begin, StringComparison.Ordinal);
        return "sha256-" + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(page[begin..end])));
    }
}
