using System.Text.Json;
using System.Text.Json.Serialization;

namespace LlmBridge.Cli;

/// <summary>What the library says of the shared engines of this user: the members that are told.</summary>
/// <param name="Problem">Why nothing may be shared there; null where all is well.</param>
/// <param name="More">Keys beyond those that are told of.</param>
internal sealed record SharedJson(
    string Folder, bool Found, string? Problem, IReadOnlyList<SharedServerJson> Servers, long More)
{
    public static SharedJson Read(string json) => Json.Read(json, Json.Readable.SharedJson, "shared engines");
}

/// <param name="Model">The card's word.</param>
/// <param name="Parts">What its key stands for, a line each: the card's word.</param>
internal sealed record SharedServerJson(
    string Key, string State, long? Pid,
    [property: JsonConverter(typeof(CardText))] string? Model,
    [property: JsonConverter(typeof(CardText))] string? Parts,
    IReadOnlyList<SharedEngineJson>? Engines, IReadOnlyList<SharedClientJson>? Clients)
{
    /// <summary>The value of a setting among the parts, such as engine; null if it is not there.</summary>
    public string? Part(string name) => Parts?.Split('\n')
        .Where(line => line.StartsWith(name + " ", StringComparison.Ordinal))
        .Select(line => line[(name.Length + 1)..]).FirstOrDefault(value => value.Length > 0);
}

internal sealed record SharedEngineJson(long Pid, string State, long Permille);

/// <param name="Working">Calls that the engine has now.</param>
/// <param name="Calls">Calls since it attached.</param>
/// <param name="Tokens">Of their prompts and answers, about.</param>
internal sealed record SharedClientJson(long Number, long Pid, string State, long Working, long Calls, long Tokens);

internal sealed record StoppedJson(IReadOnlyList<StoppedServerJson> Stopped)
{
    public static StoppedJson Read(string json) => Json.Read(json, Json.Readable.StoppedJson, "shared engines");
}

/// <param name="End">ended, killed or stays.</param>
internal sealed record StoppedServerJson(string Key, long Pid, string End);

/// <summary>A text of a server's card, which is a file that may hold anything: half a character in it makes it null,
/// and hides no other server.</summary>
internal sealed class CardText : JsonConverter<string>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        try
        {
            return reader.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value);
}
