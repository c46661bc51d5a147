using System.Text.Json;
using System.Text.Json.Serialization;

namespace LlmBridge.Cli;

/// <summary>What the library says of the sessions of a folder: the members that are told.</summary>
/// <param name="Problem">Why none can be kept there; null where all is well.</param>
/// <param name="More">Sessions beyond those that are told of.</param>
internal sealed record SessionsJson(
    string Folder, bool Found, string? Problem, IReadOnlyList<ListedSessionJson> Sessions, long More)
{
    public static SessionsJson Read(string json) => Json.Read(json, Json.Readable.SessionsJson, "sessions");
}

/// <param name="Modified">Seconds since 1970.</param>
/// <param name="Holder">Who has its turn now; null if nobody has.</param>
internal sealed record ListedSessionJson(
    string Name, string? Holder, string? Problem, string? Engine, long? Bytes, long? Modified, long? Records,
    long? Turns);

/// <summary>One session's records.</summary>
internal sealed record SessionJson(
    string Name, IReadOnlyList<SessionRecordJson> Records, [property: JsonPropertyName("torn_bytes")] long TornBytes)
{
    public static SessionJson Read(string json) => Json.Read(json, Json.Readable.SessionJson, "a session");
}

/// <param name="Message">As the setting messages has it.</param>
internal sealed record SessionRecordJson(long Record, long Turn, JsonElement Message);
