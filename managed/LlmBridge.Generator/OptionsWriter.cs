using System.Globalization;

namespace LlmBridge.Generator;

/// <summary>Writes the options classes and their enums from the settings table: the Generated folder of
/// LlmBridge.</summary>
internal static class OptionsWriter
{
    public const string Origin = "the library's settings table";

    public static string BridgeOptions(IReadOnlyList<Setting> settings) => Class(
        "BridgeOptions",
        "How a bridge works: engine, model, limits. What is not set is what the environment (LLMBRIDGE_NAME) or the "
        + "default says.",
        [.. settings.Where(s => s.OfBridge)]);

    public static string CallOptions(IReadOnlyList<Setting> settings) => Class(
        "CallOptions",
        "What one call asks for. What is not set is what the bridge, the environment or the default says.",
        [.. settings.Where(s => s.OfCall)]);

    public static string Choices(IReadOnlyList<Setting> settings)
    {
        var source = new SourceWriter(Origin);
        source.Line("namespace LlmBridge;");
        Setting[] choices = [.. settings.Where(IsEnum)];
        foreach (Setting setting in choices)
        {
            source.Line();
            source.Summary(Help(setting));
            source.Open($"public enum {EnumName(setting)}");
            foreach (string choice in setting.Choices)
            {
                source.Summary($"The value \"{choice}\".");
                source.Line($"{Mapping.Pascal(choice)},");
            }
            source.Close();
        }
        source.Line();
        source.Summary("The names of choices, as the library spells them.");
        source.Open("internal static class ChoiceNames");
        foreach (Setting setting in choices)
        {
            source.Open($"public static string Of({EnumName(setting)} value) => value switch");
            foreach (string choice in setting.Choices)
            {
                source.Line($"{EnumName(setting)}.{Mapping.Pascal(choice)} => \"{choice}\",");
            }
            source.Line("_ => throw new ArgumentOutOfRangeException(nameof(value), value, null),");
            source.CloseStatement();
            source.Line();
        }
        source.Close();
        return source.ToString();
    }

    public static string PropertyNames(IReadOnlyList<Setting> settings)
    {
        var source = new SourceWriter(Origin);
        source.Line("namespace LlmBridge;");
        source.Line();
        source.Summary("The properties of options by the settings that they stand for.");
        source.Open("internal static class PropertyNames");
        source.Summary("The property of a setting; null for a setting that has none.");
        source.Open("public static string? Of(string setting) => setting switch");
        foreach (Setting setting in settings)
        {
            source.Line($"\"{setting.Name}\" => \"{PropertyName(setting)}\",");
        }
        source.Line("_ => null,");
        source.CloseStatement();
        source.Close();
        return source.ToString();
    }

    private static string Class(string name, string summary, IReadOnlyList<Setting> settings)
    {
        var source = new SourceWriter(Origin);
        source.Line("using System.ComponentModel;");
        source.Line();
        source.Line("#pragma warning disable CS0618 // former names are written here too");
        source.Line();
        source.Line("namespace LlmBridge;");
        source.Line();
        source.Summary(summary);
        source.Open($"public sealed partial class {name}");
        foreach (Setting setting in settings)
        {
            Documentation(source, setting);
            if (IsSuperseded(setting)) Obsolete(source, "Give the conversation to ChatAsync or ChatStreamAsync.");
            source.Line($"public {PropertyType(setting)}? {PropertyName(setting)} {{ get; set; }}");
            source.Line();
            if (FormerName(setting) is { } former) Former(source, setting, former);
        }
        source.Open("private partial void WriteTyped(ISettingsWriter writer)");
        foreach (Setting setting in settings)
        {
            source.If($"{PropertyName(setting)} is {{ }} {Variable(setting)}", $"writer.{WriterCall(setting)};");
        }
        source.Close();
        source.Close();
        return source.ToString();
    }

    private static void Documentation(SourceWriter source, Setting setting)
    {
        source.Summary(Help(setting));
        var facts = new List<string> { $"Setting \"{setting.Name}\"" };
        if (setting.Default is { Length: > 0 } value) facts.Add($"default {value}");
        if (setting.Type is "integer" or "number" && setting is { Minimum: { } minimum, Maximum: { } maximum })
        {
            facts.Add($"from {Figure(minimum)} to {Figure(maximum)}");
        }
        if (setting.Unit is { Length: > 0 } unit) facts.Add($"in {unit}");
        source.Remarks(string.Join(", ", facts) + ".");
    }

    /// <summary>A property under the name that it had before.</summary>
    private static void Former(SourceWriter source, Setting setting, string former)
    {
        string name = PropertyName(setting);
        source.Summary($"The former name of {name}.");
        Obsolete(source, $"It is {name} now.");
        source.Open($"public {PropertyType(setting)}? {former}");
        source.Line($"get => {name};");
        source.Line($"set => {name} = value;");
        source.Close();
        source.Line();
    }

    private static void Obsolete(SourceWriter source, string advice)
    {
        source.Line($"[Obsolete(\"{advice}\")]");
        source.Line("[EditorBrowsable(EditorBrowsableState.Never)]");
    }

    public static string Figure(double value) =>
        Math.Abs(value) < 1e15
            ? value.ToString("0.######", CultureInfo.InvariantCulture)
            : value.ToString("G17", CultureInfo.InvariantCulture);

    private static string Help(Setting setting) => setting.Help.EndsWith('.') ? setting.Help : setting.Help + ".";

    private static bool IsEnum(Setting setting) => setting.Type == "choice" && !setting.IsSwitch;

    /// <summary>What a text that is a list in disguise is a list of; null for any other.</summary>
    private static string? ItemType(Setting setting) => setting.Name switch
    {
        "stop" or "command" or "environment" => "string",
        "fallback" => "LlmEngine",
        _ => null,
    };

    /// <summary>Settings that have a better way in than their property.</summary>
    private static bool IsSuperseded(Setting setting) => setting.Name == "messages";

    public static string EnumName(Setting setting) => "Llm" + Mapping.Pascal(setting.Name);

    public static string PropertyName(Setting setting) => setting.DotnetName ?? PlainName(setting);

    /// <summary>Names of the table's own that a release before had; they go with the next one.</summary>
    private static string? FormerName(Setting setting) => setting.DotnetName is null ? null : PlainName(setting);

    private static string PlainName(Setting setting) => setting.Name switch
    {
        "system" => "SystemPrompt", // "System" would hide the namespace
        _ => Mapping.Pascal(setting.IsDuration ? setting.Name[..^"_ms".Length] : setting.Name),
    };

    private static string Variable(Setting setting)
    {
        string name = PropertyName(setting);
        return char.ToLowerInvariant(name[0]) + name[1..];
    }

    public static string PropertyType(Setting setting) => setting.Type switch
    {
        _ when ItemType(setting) is { } item => $"IReadOnlyList<{item}>",
        _ when setting.IsDuration => "TimeSpan",
        _ when setting.IsSwitch => "bool",
        "choice" => EnumName(setting),
        "integer" => setting switch
        {
            { Minimum: >= int.MinValue, Maximum: <= int.MaxValue } => "int",
            { Minimum: >= 0, Maximum: > long.MaxValue } => "ulong",
            _ => "long",
        },
        "number" => "double",
        "text" => "string",
        _ => throw new GeneratorException($"setting {setting.Name} has a type that is not known: {setting.Type}"),
    };

    /// <summary>The way a configuration's text becomes the property's value.</summary>
    public static string Read(Setting setting) => PropertyType(setting) switch
    {
        "IReadOnlyList<string>" => "List()",
        "IReadOnlyList<LlmEngine>" => "Choices<LlmEngine>()",
        "TimeSpan" => "Duration()",
        "bool" => "Switch()",
        "int" => "Int32()",
        "long" => "Int64()",
        "double" => "Number()",
        "string" => "Text()",
        { } choice => $"Choice<{choice}>()",
    };

    private static string WriterCall(Setting setting)
    {
        string value = Variable(setting);
        return setting.Type switch
        {
            _ when setting.Name == "command" => $"Command(\"{setting.Name}\"u8, {value}, Engine)",
            _ when setting.Name == "fallback" =>
                $"Names(\"{setting.Name}\"u8, {value}.Select(ChoiceNames.Of))",
            _ when setting.Name == "environment" => $"Names(\"{setting.Name}\"u8, {value})",
            _ when ItemType(setting) is not null => $"List(\"{setting.Name}\"u8, {value})",
            _ when setting.IsDuration => $"Milliseconds(\"{setting.Name}\"u8, {value})",
            _ when setting.IsSwitch => $"Text(\"{setting.Name}\"u8, {value} ? \"on\" : \"off\")",
            "choice" => $"Text(\"{setting.Name}\"u8, ChoiceNames.Of({value}))",
            "text" => $"Text(\"{setting.Name}\"u8, {value})",
            _ => $"Number(\"{setting.Name}\"u8, {value})",
        };
    }
}
