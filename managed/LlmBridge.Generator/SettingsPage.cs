using System.Text;

namespace LlmBridge.Generator;

/// <summary>Writes docs/settings.md: every setting with its values, default and help.</summary>
internal static class SettingsPage
{
    private const string Opening =
        """
        # Settings

        <!-- Made by LlmBridge.Generator from the library's settings table. Do not edit: run `build.sh generate`. -->

        A setting is given by its name: `llmb_settings_set(settings, "slots", "8", &error)` in C, `slots=8` in Python,
        `{ slots: 8 }` in Node, `new BridgeOptions { Slots = 8 }` in C#, `--set slots=8` on the command line,
        `LLMBRIDGE_SLOTS=8` in the environment. What a call says wins over what its bridge says, that over the
        environment, and that over the default. An unknown name and a value that is not allowed are `invalid_argument`,
        and so are limits of a bridge, given in one place, of which one could never be reached because of the other; a
        setting that the engine does not use is `unsupported`, or ignored where it comes from the environment.
        `llmb_settings_json()` is this page for programs.

        """;

    public static string Write(IReadOnlyList<Setting> settings)
    {
        var page = new StringBuilder(Opening);
        Table(page, "Of a bridge", settings.Where(s => s.OfBridge && !s.OfCall));
        Table(page, "Of a bridge, for all its calls, or of one call", settings.Where(s => s.OfBridge && s.OfCall));
        Table(page, "Of a call, or of a bridge for all its calls", settings.Where(s => !s.OfBridge && s.OfCall));
        return page.ToString();
    }

    private static void Table(StringBuilder page, string title, IEnumerable<Setting> settings)
    {
        page.Append($"\n## {title}\n\n| setting | values | default | engines | |\n|---|---|---|---|---|\n");
        foreach (Setting setting in settings)
        {
            string usual = setting.Default is { Length: > 0 } text ? $"`{text}`" : "";
            string engines = setting.Engines is { } some ? string.Join(", ", some) : "all";
            page.Append($"| `{setting.Name}` | {Values(setting)} | {usual} | {engines} | {Cell(setting.Help)} |\n");
        }
    }

    private static string Values(Setting setting) => setting.Type switch
    {
        "choice" => string.Join(", ", setting.Choices.Select(choice => $"`{choice}`")),
        "integer" or "number" => (setting.MayBeAuto ? "`auto`, or " : "") + Range(setting),
        _ => "text",
    };

    private static string Range(Setting setting) =>
        $"{OptionsWriter.Figure(setting.Minimum!.Value)} to {OptionsWriter.Figure(setting.Maximum!.Value)}"
        + (setting.Unit is { Length: > 0 } unit ? " " + unit : "");

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
