namespace LlmBridge.Generator;

/// <summary>Writes what sets an option by its name, for configurations: without reflection, so that a trimmed
/// application has it too.</summary>
internal static class SettersWriter
{
    public static string Setters(IReadOnlyList<Setting> settings)
    {
        var source = new SourceWriter(OptionsWriter.Origin);
        source.Line("namespace LlmBridge;");
        source.Line();
        source.Summary("Sets options by the names of their properties or settings.");
        source.Open("internal static class OptionSetters");
        Setter(source, "BridgeOptions", [.. settings.Where(s => s.OfBridge)]);
        source.Line();
        Setter(source, "CallOptions", [.. settings.Where(s => s.OfCall)]);
        source.Close();
        return source.ToString();
    }

    private static void Setter(SourceWriter source, string type, IReadOnlyList<Setting> settings)
    {
        source.Summary("Every name that TrySet takes, as C# spells it.");
        source.Open($"public static readonly string[] Of{type} =");
        foreach (Setting setting in settings) source.Line($"\"{OptionsWriter.PropertyName(setting)}\",");
        source.CloseStatement();
        source.Line();
        source.Summary("Sets one option; false for a name that is none.");
        source.Line("/// <param name=\"options\">Whose option it is.</param>");
        source.Line("/// <param name=\"name\">The name in capitals, without underscores.</param>");
        source.Line("/// <param name=\"value\">Its value.</param>");
        source.Open($"public static bool TrySet({type} options, string name, OptionText value)");
        source.Open("switch (name)");
        foreach (Setting setting in settings)
        {
            string property = OptionsWriter.PropertyName(setting), plain = Plain(setting.Name);
            bool inMilliseconds = setting.IsDuration;
            if (!inMilliseconds && plain != Plain(property)) source.Line($"case \"{plain}\":");
            Case(source, Plain(property), property, OptionsWriter.Read(setting));
            if (inMilliseconds) Case(source, plain, property, "Milliseconds()");
        }
        source.Line("default: return false;");
        source.Close();
        source.Line("return true;");
        source.Close();
    }

    private static void Case(SourceWriter source, string name, string property, string read) =>
        source.Line($"case \"{name}\": options.{property} = value.{read}; break;");

    private static string Plain(string name) => name.Replace("_", "", StringComparison.Ordinal).ToUpperInvariant();
}
