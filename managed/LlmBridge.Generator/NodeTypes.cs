using System.Text;

namespace LlmBridge.Generator;

/// <summary>Writes hosts/node/settings.d.ts: the settings as TypeScript knows them.</summary>
internal static class NodeTypes
{
    public static string Write(IReadOnlyList<Setting> settings)
    {
        var text = new StringBuilder(
            "// Made by LlmBridge.Generator from the library's settings table: run `build.sh generate`.\n\n");
        Interface(text, "SharedSettings", "Those that a bridge has for all its calls, and a call may have for itself.",
            settings.Where(s => s.OfBridge && s.OfCall));
        Interface(text, "BridgeSettings extends SharedSettings", "Settings of a bridge, by name.",
            settings.Where(s => s.OfBridge && !s.OfCall));
        Interface(text, "CallSettings extends SharedSettings",
            "Settings of a call, by name; what is not given comes from the environment.",
            settings.Where(s => !s.OfBridge && s.OfCall));
        return text.ToString().TrimEnd('\n') + "\n";
    }

    private static void Interface(StringBuilder text, string name, string about, IEnumerable<Setting> settings)
    {
        text.Append($"/** {about} */\nexport interface {name} {{\n");
        foreach (Setting setting in settings)
        {
            string usual = setting.Default is { Length: > 0 } value ? $" Default: {value}." : "";
            text.Append($"  /** {setting.Help}.{usual} */\n  {setting.Name}?: {Type(setting)};\n");
        }
        text.Append("}\n\n");
    }

    private static string Type(Setting setting) => setting.Type switch
    {
        "choice" => string.Join(" | ", setting.Choices.Select(choice => $"'{choice}'")) + Switch(setting),
        "integer" or "number" => setting.MayBeAuto ? "number | 'auto'" : "number",
        _ when setting.Name is "command" or "stop" => "string | readonly string[]",
        _ when setting.Name == "messages" => "readonly { role: string; content: string }[]",
        _ when setting.Name == "json_schema" => "string | boolean | object",
        _ => "string",
    };

    /// <summary>A boolean is passed as on or off.</summary>
    private static string Switch(Setting setting) =>
        setting.IsSwitch ? " | boolean" : setting.Choices.Contains("off") ? " | false" : "";
}
