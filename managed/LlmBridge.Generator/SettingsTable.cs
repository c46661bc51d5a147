using System.Runtime.InteropServices;
using System.Text.Json;

namespace LlmBridge.Generator;

/// <summary>One setting, as the library's own table gives it out.</summary>
internal sealed record Setting(
    string Name, bool OfBridge, bool OfCall, string Type, string? Default, double? Minimum, double? Maximum,
    IReadOnlyList<string> Choices, string? Unit, string Help);

/// <summary>The settings table, read from the built library: llmb_settings_json().</summary>
internal static class SettingsTable
{
    public static IReadOnlyList<Setting> Read(string libraryPath)
    {
        if (!File.Exists(libraryPath))
        {
            throw new GeneratorException($"{libraryPath} does not exist: build the native part first");
        }
        using JsonDocument document = JsonDocument.Parse(ReadJson(libraryPath));
        return [.. document.RootElement.GetProperty("settings").EnumerateArray().Where(IsBuilt).Select(Parse)];
    }

    private static string ReadJson(string libraryPath)
    {
        nint library = NativeLibrary.Load(Path.GetFullPath(libraryPath));
        var read =
            Marshal.GetDelegateForFunctionPointer<ReadSettings>(NativeLibrary.GetExport(library, "llmb_settings_json"));
        return Marshal.PtrToStringUTF8(read())!;
    }

    private delegate nint ReadSettings();

    /// <summary>Settings that the contract names for later are no options yet.</summary>
    private static bool IsBuilt(JsonElement setting) => !setting.GetProperty("later").GetBoolean();

    private static Setting Parse(JsonElement setting) => new(
        Text(setting, "name")!,
        Texts(setting, "scope").Contains("bridge"),
        Texts(setting, "scope").Contains("call"),
        Text(setting, "type")!,
        Text(setting, "default"),
        Number(setting, "minimum"),
        Number(setting, "maximum"),
        Texts(setting, "choices"),
        Text(setting, "unit"),
        Text(setting, "help") ?? "");

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
