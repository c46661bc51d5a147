using System.Text;
using Microsoft.AspNetCore.Http;

namespace LlmBridge.Serve;

/// <summary>The OpenAPI document of the routes, at /openapi.json.</summary>
internal static class ApiDocument
{
    public const string Path = "/openapi.json";

    private static readonly byte[] s_bytes = Read();

    public static async Task SendAsync(HttpContext context)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.ContentLength = s_bytes.Length;
        await context.Response.Body.WriteAsync(s_bytes, context.RequestAborted);
    }

    private static byte[] Read()
    {
        using Stream file = typeof(ApiDocument).Assembly.GetManifestResourceStream("openapi.json")!;
        using var reader = new StreamReader(file);
        string text = reader.ReadToEnd().Replace("\"VERSION\"", $"\"{LlmLibrary.Version}\"", StringComparison.Ordinal);
        return Encoding.UTF8.GetBytes(text);
    }
}
