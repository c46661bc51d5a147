using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace LlmBridge.Web;

/// <summary>A refusal as a response: a status and the object {"error": ...}, with llmbridge's own error
/// inside.</summary>
internal static class ErrorObject
{
    public static Task SendAsync(HttpContext context, ApiException failure) => SendAsync(context, failure, Write);

    /// <summary>The same with an object of another form.</summary>
    public static async Task SendAsync(
        HttpContext context, ApiException failure, Action<Utf8JsonWriter, ApiException> write)
    {
        HttpResponse response = context.Response;
        response.StatusCode = failure.Status;
        if (failure.RetryAfter is { } seconds) response.Headers.RetryAfter = Invariant.Text(seconds);
        if (failure.Status == 401) response.Headers.WWWAuthenticate = "Bearer";
        await Respond.JsonAsync(context, json => write(json, failure));
    }

    public static void Write(Utf8JsonWriter json, ApiException failure)
    {
        json.WriteStartObject();
        json.WriteStartObject("error");
        json.WriteString("message", failure.Message);
        json.WriteString("type", failure.Type);
        json.WriteString("param", failure.Field);
        json.WriteString("code", failure.Code);
        if (failure.Cause is { } cause)
        {
            json.WritePropertyName("llmbridge");
            json.WriteRawValue(cause.ToJson());
        }
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
