namespace LlmBridge.Generator;

/// <summary>Writes the defaults of the settings table as constants of C#.</summary>
internal static class DefaultsWriter
{
    public static string Write(IReadOnlyList<Setting> settings)
    {
        var source = new SourceWriter("the library's settings table");
        source.Line("namespace LlmBridge;");
        source.Line();
        source.Summary("What options are where neither they nor the environment say otherwise.");
        source.Open("public static class LlmDefaults");
        foreach (Setting setting in settings)
        {
            if (setting.Default is not { Length: > 0 } text || Constant(setting, text) is not { } constant) continue;
            source.Summary($"Of the setting \"{setting.Name}\".");
            source.Line($"public {constant};");
            source.Line();
        }
        source.Close();
        return source.ToString();
    }

    /// <summary>Null for a default that is no value of the setting's type: the engine's own choice.</summary>
    private static string? Constant(Setting setting, string text)
    {
        string name = OptionsWriter.PropertyName(setting);
        string type = OptionsWriter.PropertyType(setting);
        return setting.Type switch
        {
            "integer" when setting.MayBeAuto => null,
            _ when setting.IsDuration => $"static {type} {name} {{ get; }} = {type}.FromMilliseconds({text})",
            "integer" or "number" => $"const {type} {name} = {text}",
            _ when setting.IsSwitch => $"const {type} {name} = {(text == "on" ? "true" : "false")}",
            "choice" => $"const {type} {name} = {type}.{Mapping.Pascal(text)}",
            _ => $"const {type} {name} = \"{text}\"",
        };
    }
}
