using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace LlmBridge.Serve;

/// <summary>The conversations that llmbridge keeps: which there are, what was said in one, its end. A chat completion
/// goes on with one that its field "session" names.</summary>
internal sealed class Sessions(KeptSessions kept)
{
    private const string One = "/v1/sessions/{name}";

    public void Map(WebApplication application)
    {
        application.MapGet("/v1/sessions", ListAsync);
        application.MapGet(One, ReadAsync);
        application.MapDelete(One, DeleteAsync);
    }

    private async Task ListAsync(HttpContext context)
    {
        using JsonDocument list = await kept.ListAsync();
        await Respond.JsonAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteString("object", "list");
            json.WritePropertyName("data");
            list.RootElement.GetProperty("sessions").WriteTo(json);
            json.WriteEndObject();
        });
    }

    private async Task ReadAsync(HttpContext context)
    {
        string name = NameOf(context);
        using JsonDocument session = await kept.ReadAsync(name, () => Missing(name));
        await Respond.JsonAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteString("object", "session");
            json.WriteString("name", name);
            json.WriteStartArray("messages");
            foreach (JsonElement record in session.RootElement.GetProperty("records").EnumerateArray())
            {
                // As it stands: other hosts keep texts that no string of .NET holds.
                json.WriteRawValue(record.GetProperty("message").GetRawText(), skipInputValidation: true);
            }
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private async Task DeleteAsync(HttpContext context)
    {
        string name = NameOf(context);
        await kept.DeleteAsync(name, () => Missing(name));
        await Respond.JsonAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteString("name", name);
            json.WriteBoolean("deleted", true);
            json.WriteEndObject();
        });
    }

    private static ApiException Missing(string name) =>
        new(404, $"session: there is no \"{name}\"") { Code = "session_not_found" };

    private static string NameOf(HttpContext context) => (string?)context.Request.RouteValues["name"] ?? "";
}
