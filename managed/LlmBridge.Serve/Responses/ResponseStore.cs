using System.Buffers;
using System.Text.Json;

namespace LlmBridge.Serve.Responses;

/// <summary>Responses that others can go on from. Each is a session of llmbridge, which holds the whole conversation up
/// to it and bears its id.</summary>
internal sealed class ResponseStore(ServeOptions options)
{
    private const string Prefix = "resp_";
    private const int IdLength = 37; // the prefix, and 32 digits

    /// <summary>As long as OpenAI keeps them.</summary>
    private static readonly TimeSpan s_keptFor = TimeSpan.FromDays(30);

    private static readonly SearchValues<char> s_digits = SearchValues.Create("0123456789abcdef");

    private readonly BridgeOptions _bridge = Sessions.BridgeOf(options);

    public static string MakeId() => Prefix + Guid.NewGuid().ToString("N");

    /// <summary>A response's conversation, its instructions left out: they hold for one response.</summary>
    public async Task<List<LlmMessage>> ReadAsync(string id, string field)
    {
        using JsonDocument session = await ReadSessionAsync(id, field);
        return [.. session.RootElement.GetProperty("records").EnumerateArray()
            .Select(record => Message(record.GetProperty("message")))
            .Where(message => message.Role != LlmRole.System)];
    }

    /// <summary>A response's last record and the time it was made, in seconds since 1970.</summary>
    public async Task<StoredResponse> FindAsync(string id)
    {
        using JsonDocument session = await ReadSessionAsync(id, null);
        JsonElement last = session.RootElement.GetProperty("records").EnumerateArray().Last();
        return new StoredResponse(
            Message(last.GetProperty("message")).Text, last.GetProperty("time").GetInt64(),
            last.GetProperty("finish_reason").GetString() == "length");
    }

    public Task DeleteAsync(string id)
    {
        CheckId(id, null);
        return Task.Run(() => Told(() => LlmLibrary.DeleteSession(id, _bridge), id, null));
    }

    /// <summary>Removes the responses that have been kept long enough. What fails is tried again at the next
    /// start.</summary>
    public Task RemoveOldAsync() => Task.Run(() =>
    {
        try
        {
            long oldest = DateTimeOffset.UtcNow.Subtract(s_keptFor).ToUnixTimeSeconds();
            using JsonDocument list = JsonDocument.Parse(LlmLibrary.ListSessions(_bridge));
            foreach (JsonElement session in list.RootElement.GetProperty("sessions").EnumerateArray())
            {
                string name = session.GetProperty("name").GetString()!;
                if (!IsId(name) || session.GetProperty("modified").GetInt64() >= oldest) continue;
                LlmLibrary.DeleteSession(name, _bridge);
            }
        }
        catch (LlmException)
        {
            // No folder yet, or one that another call is in.
        }
    });

    private async Task<JsonDocument> ReadSessionAsync(string id, string? field)
    {
        CheckId(id, field);
        string json = "";
        await Task.Run(() => Told(() => json = LlmLibrary.ReadSession(id, _bridge), id, field));
        return JsonDocument.Parse(json);
    }

    private static void Told(Action read, string id, string? field)
    {
        try
        {
            read();
        }
        catch (LlmException e) when (e.Error.Status == LlmStatus.NotFound)
        {
            throw NotFound(id, field);
        }
    }

    /// <summary>Other sessions are no responses, and nobody's to read by this way.</summary>
    private static void CheckId(string id, string? field)
    {
        if (!IsId(id)) throw NotFound(id, field);
    }

    private static bool IsId(string id) =>
        id.Length == IdLength && id.StartsWith(Prefix, StringComparison.Ordinal)
        && id.AsSpan(Prefix.Length).IndexOfAnyExcept(s_digits) < 0;

    private static ApiException NotFound(string id, string? field) =>
        new(field is null ? 404 : 400, $"{field ?? "response"}: there is no \"{id}\"")
        {
            Field = field,
            Code = field is null ? "response_not_found" : "previous_response_not_found",
        };

    private static LlmMessage Message(JsonElement message) => new(
        message.GetProperty("role").GetString() switch
        {
            "system" => LlmRole.System,
            "assistant" => LlmRole.Assistant,
            "tool" => LlmRole.Tool,
            _ => LlmRole.User,
        },
        Text(message, "content") ?? "")
    {
        Reasoning = Text(message, "reasoning_content"),
        ToolCallId = Text(message, "tool_call_id"),
        ToolCalls = RequestBody.Field(message, "tool_calls") is { ValueKind: JsonValueKind.Array } calls
            ? [.. calls.EnumerateArray().Select(ToolCall)] : null,
    };

    private static LlmToolCall ToolCall(JsonElement call)
    {
        JsonElement function = call.GetProperty("function");
        return new LlmToolCall(
            Text(call, "id") ?? "", Text(function, "name") ?? "", Text(function, "arguments") ?? "{}");
    }

    private static string? Text(JsonElement of, string name) =>
        RequestBody.Field(of, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;
}

/// <summary>A response that was kept.</summary>
/// <param name="Text">What the model said.</param>
/// <param name="Created">When, in seconds since 1970.</param>
/// <param name="IsCut">Whether the limit on its length ended it.</param>
internal sealed record StoredResponse(string Text, long Created, bool IsCut);
