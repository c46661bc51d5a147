namespace LlmBridge.Generator;

/// <summary>Writes signatures, structs and enums: the Generated folder of LlmBridge.Interop.</summary>
internal static class InteropWriter
{
    private const string Origin = "native/include/llmbridge";

    public static string Functions(Api api)
    {
        var source = new SourceWriter(Origin);
        source.Line("using System.Runtime.InteropServices;");
        source.Line();
        source.Line("namespace LlmBridge.Interop;");
        source.Line();
        source.Summary("The library's functions, named as in C. Loaded and checked by NativeLibraryLoader.");
        source.Open("internal static unsafe partial class NativeMethods");
        source.Line("internal const string Library = \"llmbridge\";");
        foreach (ApiFunction function in api.Functions)
        {
            source.Line();
            source.Documentation(function.Comment);
            source.Line("[LibraryImport(Library)]");
            if (Mapping.Brief.Contains(function.Name)) source.Line("[SuppressGCTransition]");
            IEnumerable<string> parameters =
                function.Parameters.Select(p => $"{Mapping.ParameterType(function, p)} {p.Name}");
            Signature(source, $"internal static partial {Mapping.TypeName(function.Returns)} {function.Name}(",
                [.. parameters]);
        }
        source.Close();
        return source.ToString();
    }

    private static void Signature(SourceWriter source, string start, string[] parameters)
    {
        string whole = start + string.Join(", ", parameters) + ");";
        if (whole.Length <= 112)
        {
            source.Line(whole);
            return;
        }
        source.Line(start);
        for (int i = 0; i < parameters.Length; i++)
        {
            source.Line("    " + parameters[i] + (i + 1 < parameters.Length ? "," : ");"));
        }
    }

    public static string Structs(Api api)
    {
        var source = new SourceWriter(Origin);
        source.Line("using System.Runtime.CompilerServices;");
        source.Line("using System.Runtime.InteropServices;");
        source.Line();
        source.Line("namespace LlmBridge.Interop;");
        foreach (ApiStruct type in api.Structs)
        {
            source.Line();
            source.Documentation(type.Comment);
            source.Line("[StructLayout(LayoutKind.Sequential)]");
            source.Open($"internal struct {Mapping.StructName(type.Name)}");
            foreach (ApiField field in type.Fields)
            {
                source.Documentation(field.Comment);
                string name = field.Type.ArrayLength > 0 ? Mapping.ArrayName(field.Type) : Mapping.TypeName(field.Type);
                source.Line($"public {name} {field.Name};");
            }
            source.Close();
        }
        Arrays(source, [.. api.Structs.SelectMany(s => s.Fields).Select(f => f.Type).Where(t => t.ArrayLength > 0)]);
        return source.ToString();
    }

    private static void Arrays(SourceWriter source, IReadOnlyList<ApiType> types)
    {
        foreach (ApiType array in types.DistinctBy(Mapping.ArrayName).OrderBy(t => t.ArrayLength).ThenBy(
            Mapping.ArrayName, StringComparer.Ordinal))
        {
            source.Line();
            source.Summary(array.Name == "char"
                ? $"Text of up to {array.ArrayLength - 1} bytes and its NUL, inside a struct."
                : $"{array.ArrayLength} of them, inside a struct.");
            source.Line($"[InlineArray({array.ArrayLength})]");
            source.Open($"internal struct {Mapping.ArrayName(array)}");
            source.Line($"private {Mapping.TypeName(array)} _first;");
            source.Close();
        }
    }

    public static string Enums(Api api)
    {
        var source = new SourceWriter(Origin);
        source.Line("namespace LlmBridge;");
        foreach (ApiEnum type in api.Enums.Where(e => e.Name.Length > 0))
        {
            source.Line();
            source.Documentation(type.Comment);
            source.Open($"{(Mapping.IsPublic(type) ? "public" : "internal")} enum {Mapping.EnumName(type)}");
            foreach (ApiEnumValue value in type.Values)
            {
                source.Documentation(value.Comment);
                source.Line($"{Mapping.EnumValueName(type, value)} = {value.Value},");
            }
            source.Close();
        }
        Constants(source, [.. api.Enums.Where(e => e.Name.Length == 0)]);
        NamesOfEnums(source, [.. api.Enums.Where(Mapping.IsPublic)]);
        return source.ToString();
    }

    /// <summary>Enums without a name are how the headers write numbers that a compiler needs.</summary>
    private static void Constants(SourceWriter source, IReadOnlyList<ApiEnum> types)
    {
        source.Line();
        source.Summary("The headers' constants, named as in C.");
        source.Open("internal static class NativeConstants");
        foreach (ApiEnumValue value in types.SelectMany(t => t.Values))
        {
            source.Documentation(value.Comment);
            source.Line($"public const int {value.Name} = {value.Value};");
        }
        source.Close();
    }

    private static void NamesOfEnums(SourceWriter source, IReadOnlyList<ApiEnum> types)
    {
        source.Line();
        source.Summary("The names that the library gives to statuses, phases, reasons, states and kinds.");
        source.Open("public static class LlmNames");
        foreach (ApiEnum type in types)
        {
            if (type != types[0]) source.Line();
            source.Summary("The name of this value, as the library has it; \"unknown\" for a number that is none.");
            source.Open($"public static string Name(this {Mapping.EnumName(type)} value) => value switch");
            foreach (ApiEnumValue value in type.Values)
            {
                string name = Mapping.EnumValueSuffix(type, value).ToLowerInvariant();
                source.Line($"{Mapping.EnumName(type)}.{Mapping.EnumValueName(type, value)} => \"{name}\",");
            }
            source.Line("_ => \"unknown\",");
            source.CloseStatement();
        }
        source.Close();
    }
}
