using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace LlmBridge.Cli;

/// <summary>llmbridge settings [NAME]: what can be set, with defaults and what is allowed.</summary>
internal static class SettingsCommand
{
    public static Command Make()
    {
        var names = new Argument<string[]>("NAME")
        {
            Description = "Only the settings whose names contain this",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var json = new Option<bool>("--json") { Description = "Print them as one JSON object" };
        var command =
            new Command("settings", "Lists what --set NAME=VALUE can set: defaults, what is allowed, what it does")
            {
                names, json,
            };
        command.SetAction((result, _) => CommandRun.RunAsync(
            result.GetValue(json), _ => Task.FromResult(Print(result.GetValue(names) ?? [], result.GetValue(json)))));
        return command;
    }

    private static int Print(string[] names, bool json)
    {
        using JsonDocument table = JsonDocument.Parse(LlmLibrary.SettingsJson);
        JsonElement all = table.RootElement.GetProperty("settings");
        JsonElement[] chosen = [.. all.EnumerateArray().Where(setting => IsChosen(setting, names))];
        if (chosen.Length == 0)
        {
            throw new LlmException(new LlmError
            {
                Status = LlmStatus.NotFound,
                Phase = LlmPhase.Configure,
                Message = $"no setting has {string.Join(" or ", names.Select(n => $"'{n}'"))} in its name",
                RetrySafe = true,
            });
        }
        using Stream output = StandardOutput.Open();
        if (json)
        {
            string[] texts = [.. chosen.Select(setting => setting.GetRawText())];
            output.Write(Encoding.UTF8.GetBytes($$"""{"settings":[{{string.Join(',', texts)}}]}""" + "\n"));
            return ExitStatus.Ok;
        }
        foreach (JsonElement setting in chosen) output.Write(Encoding.UTF8.GetBytes(Describe(setting)));
        return ExitStatus.Ok;
    }

    /// <summary>What the contract names for later cannot be set yet.</summary>
    private static bool IsChosen(JsonElement setting, string[] names) =>
        !setting.GetProperty("later").GetBoolean()
        && (names.Length == 0
            || names.Any(part => Text(setting, "name").Contains(part, StringComparison.OrdinalIgnoreCase)));

    private static string Describe(JsonElement setting)
    {
        string value = Allowed(setting);
        string @default = Text(setting, "default") is { Length: > 0 } text ? $", default {text}" : "";
        return $"{Text(setting, "name")}\n    {value}{@default}\n    {Text(setting, "help")}\n";
    }

    private static string Allowed(JsonElement setting)
    {
        string[] choices = [.. setting.GetProperty("choices").EnumerateArray().Select(choice => choice.GetString()!)];
        if (choices.Length > 0) return string.Join(", ", choices);
        string unit = Text(setting, "unit") is { Length: > 0 } name ? " " + name : "";
        string auto = setting.GetProperty("auto").GetBoolean() ? " or auto" : "";
        return Text(setting, "minimum") is { Length: > 0 } minimum
            ? $"{minimum} to {Text(setting, "maximum")}{unit}{auto}"
            : Text(setting, "type") + unit + auto;
    }

    private static string Text(JsonElement setting, string member)
    {
        JsonElement value = setting.GetProperty(member);
        return value.ValueKind switch
        {
            JsonValueKind.Null => "",
            JsonValueKind.Number => value.GetDouble().ToString(CultureInfo.InvariantCulture),
            _ => value.ToString(),
        };
    }
}
