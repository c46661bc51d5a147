using System.Text.Json;

namespace LlmBridge.Cli;

/// <summary>What the library says of the shared engines of this user: the members that are told.</summary>
/// <param name="Problem">Why nothing may be shared there; null where all is well.</param>
/// <param name="More">Keys beyond those that are told of.</param>
internal sealed record SharedJson(
    string Folder, bool Found, string? Problem, IReadOnlyList<SharedServerJson> Servers, long More)
{
    public static SharedJson Read(string json) => JsonSerializer.Deserialize(json, Json.Readable.SharedJson)!;
}

/// <param name="Parts">What its key stands for, a line each: the card's word.</param>
internal sealed record SharedServerJson(
    string Key, string State, long? Pid, string? Model, string? Parts, IReadOnlyList<SharedEngineJson>? Engines,
    IReadOnlyList<SharedClientJson>? Clients)
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
    public static StoppedJson Read(string json) => JsonSerializer.Deserialize(json, Json.Readable.StoppedJson)!;
}

/// <param name="End">ended, killed or stays.</param>
internal sealed record StoppedServerJson(string Key, long Pid, string End);
