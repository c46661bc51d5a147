using System.Text.Json;

namespace LlmBridge.Generator;

/// <summary>One setting, as the library's own table gives it out.</summary>
/// <param name="MayBeAuto">Whether a number may also be "auto".</param>
/// <param name="Engines">Those that use it; null if all do.</param>
internal sealed record Setting(
    string Name, bool OfBridge, bool OfCall, string Type, string? Default, double? Minimum, double? Maximum,
    IReadOnlyList<string> Choices, bool MayBeAuto, IReadOnlyList<string>? Engines, string? Unit, string? DotnetName,
    string Help)
{
    public bool IsDuration => Type == "integer" && Name.EndsWith("_ms", StringComparison.Ordinal);

    public bool IsSwitch => Type == "choice" && Choices.Order().SequenceEqual(["off", "on"]);
}

/// <summary>The settings table, read from the built library: llmb_settings_json().</summary>
internal static class SettingsTable
{
    public static IReadOnlyList<Setting> Read(LibraryTables tables)
    {
        string[] built = [.. tables.Rows("llmb_engines_json", "engines").Select(row => Text(row, "name")!)];
        return [.. tables.Rows("llmb_settings_json", "settings").Where(IsBuilt).Select(row => Parse(row, built))];
    }

    /// <summary>Settings that the contract names for later are no options yet.</summary>
    private static bool IsBuilt(JsonElement setting) => !setting.GetProperty("later").GetBoolean();

    private static Setting Parse(JsonElement setting, string[] builtEngines)
    {
        string[] engines = [.. Texts(setting, "engines").Intersect(builtEngines)];
        return new Setting(
            Text(setting, "name")!,
            Texts(setting, "scope").Contains("bridge"),
            Texts(setting, "scope").Contains("call"),
            Text(setting, "type")!,
            Text(setting, "default"),
            Number(setting, "minimum"),
            Number(setting, "maximum"),
            Texts(setting, "choices"),
            setting.GetProperty("auto").GetBoolean(),
            engines.Length == builtEngines.Length ? null : engines,
            Text(setting, "unit"),
            Text(setting, "dotnet_name"),
            Text(setting, "help") ?? "");
    }

    private static string[] Texts(JsonElement setting, string name) =>
        [.. setting.GetProperty(name).EnumerateArray().Select(e => e.GetString()!)];

    private static string? Text(JsonElement setting, string name) =>
        setting.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private static double? Number(JsonElement setting, string name) =>
        setting.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number
            ? value.GetDouble()
            : null;
}
