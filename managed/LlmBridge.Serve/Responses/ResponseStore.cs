using System.Buffers;
using System.Text.Json;

namespace LlmBridge.Serve.Responses;

/// <summary>Responses that others can go on from. Each is a session of llmbridge, which holds the whole conversation up
/// to it and bears its id.</summary>
internal sealed class ResponseStore(KeptSessions kept)
{
    private const string Prefix = "resp_";
    private const int IdLength = 37; // the prefix, and 32 digits

    /// <summary>As long as OpenAI keeps them.</summary>
    private static readonly TimeSpan s_keptFor = TimeSpan.FromDays(30);

    private static readonly SearchValues<char> s_digits = SearchValues.Create("0123456789abcdef");

    public static string MakeId() => Prefix + Guid.NewGuid().ToString("N");

    /// <summary>A response's conversation, its instructions left out: they hold for one response.</summary>
    public async Task<List<LlmMessage>> ReadAsync(string id, string field)
    {
        using JsonDocument session = await ReadSessionAsync(id, field);
        return [.. session.RootElement.GetProperty("records").EnumerateArray().Select(MessageOf)
            .Where(message => message.Role != LlmRole.System)];
    }

    /// <summary>A response's last record and the time it was made, in seconds since 1970.</summary>
    public async Task<StoredResponse> FindAsync(string id)
    {
        using JsonDocument session = await ReadSessionAsync(id, null);
        JsonElement last = session.RootElement.GetProperty("records").EnumerateArray().Last();
        return new StoredResponse(
            MessageOf(last), last.GetProperty("time").GetInt64(),
            last.GetProperty("finish_reason").GetString() == "length");
    }

    public Task DeleteAsync(string id)
    {
        CheckId(id, null);
        return kept.DeleteAsync(id, () => NotFound(id, null));
    }

    /// <summary>Removes the responses that have been kept long enough. What fails is tried again at the next
    /// start.</summary>
    public async Task RemoveOldAsync()
    {
        long oldest = DateTimeOffset.UtcNow.Subtract(s_keptFor).ToUnixTimeSeconds();
        try
        {
            using JsonDocument list = await kept.ListAsync();
            foreach (JsonElement session in list.RootElement.GetProperty("sessions").EnumerateArray())
            {
                string name = session.GetProperty("name").GetString()!;
                if (IsId(name) && session.GetProperty("modified").GetInt64() < oldest) await RemoveAsync(name);
            }
        }
        catch (LlmException)
        {
            // There is no folder yet, or it cannot be read.
        }
    }

    /// <summary>Another call may have the session's turn, or have removed it: the other sessions are removed all the
    /// same.</summary>
    private async Task RemoveAsync(string id)
    {
        try
        {
            await kept.DeleteAsync(id, () => NotFound(id, null));
        }
        catch (Exception e) when (e is LlmException or ApiException)
        {
            // It is left to the next start.
        }
    }

    private Task<JsonDocument> ReadSessionAsync(string id, string? field)
    {
        CheckId(id, field);
        return kept.ReadAsync(id, () => NotFound(id, field));
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

    /// <summary>A record's message, which has the form of a chat completion's.</summary>
    private static LlmMessage MessageOf(JsonElement record) =>
        Conversation.Read(record.GetProperty("message"), "message");
}

/// <summary>A response that was kept.</summary>
/// <param name="Message">What the model said, and called.</param>
/// <param name="Created">When, in seconds since 1970.</param>
/// <param name="IsCut">Whether the limit on its length ended it.</param>
internal sealed record StoredResponse(LlmMessage Message, long Created, bool IsCut);
