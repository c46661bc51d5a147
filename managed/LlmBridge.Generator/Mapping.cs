using System.Text;

namespace LlmBridge.Generator;

/// <summary>The one table from C's names to C#'s: which struct, enum and handle becomes what, and who may see it.</summary>
internal static class Mapping
{
    /// <summary>Opaque types that C# holds in a SafeHandle of this name; the others are passed as nint.</summary>
    public static readonly IReadOnlyDictionary<string, string> Handles = new Dictionary<string, string>
    {
        ["llmb_settings"] = "SettingsHandle",
        ["llmb_bridge"] = "BridgeHandle",
        ["llmb_call"] = "CallHandle",
    };

    /// <summary>Opaque types of which C# keeps no ownership.</summary>
    public static readonly IReadOnlySet<string> RawHandles = new HashSet<string> { "llmb_engine", "llmb_request" };

    public static readonly IReadOnlyDictionary<string, string> Structs = new Dictionary<string, string>
    {
        ["llmb_error"] = "NativeError",
        ["llmb_result"] = "NativeResult",
        ["llmb_usage"] = "NativeUsage",
    };

    /// <summary>An enum's name in C#, what is cut off its values' names, and whether applications see it.</summary>
    public static readonly IReadOnlyDictionary<string, (string Name, string[] Prefixes, bool Public)> Enums =
        new Dictionary<string, (string, string[], bool)>
        {
            ["llmb_status_value"] = ("LlmStatus", ["LLMB_E_", "LLMB_"], true),
            ["llmb_phase"] = ("LlmPhase", ["LLMB_PHASE_"], true),
            ["llmb_exit_kind"] = ("LlmExitKind", ["LLMB_EXIT_"], true),
            ["llmb_finish_reason"] = ("LlmFinishReason", ["LLMB_FINISH_"], true),
            ["llmb_request_kind"] = ("NativeRequestKind", ["LLMB_REQUEST_"], false),
        };

    /// <summary>Functions that only read a clock: the garbage collector need not be told of them.</summary>
    public static readonly IReadOnlySet<string> Brief = new HashSet<string> { "llmb_clock_ns", "llmb_deadline_after_ms" };

    private static readonly Dictionary<string, string> s_plain = new()
    {
        ["void"] = "void",
        ["char"] = "byte",
        ["float"] = "float",
        ["double"] = "double",
        ["size_t"] = "nuint",
        ["uint8_t"] = "byte",
        ["int32_t"] = "int",
        ["uint32_t"] = "uint",
        ["int64_t"] = "long",
        ["uint64_t"] = "ulong",
        ["llmb_status"] = "LlmStatus",
    };

    /// <summary>A type that no handle stands for, such as uint64_t* or llmb_error*.</summary>
    public static string TypeName(ApiType type)
    {
        if (RawHandles.Contains(type.Name) || Handles.ContainsKey(type.Name)) return "nint" + new string('*', type.Pointers - 1);
        if (Structs.TryGetValue(type.Name, out string? name) || s_plain.TryGetValue(type.Name, out name)) return name + new string('*', type.Pointers);
        throw new GeneratorException($"no C# type is known for {type}: add it to Mapping.cs");
    }

    /// <summary>A parameter's type: handles as SafeHandles, except where the handle's own release calls the function.</summary>
    public static string ParameterType(ApiFunction function, ApiParameter parameter)
    {
        bool releases = function.Name.EndsWith("_close", StringComparison.Ordinal);
        if (releases || !Handles.TryGetValue(parameter.Type.Name, out string? handle)) return TypeName(parameter.Type);
        return parameter.Type.Pointers == 2 ? "out " + handle : handle;
    }

    /// <summary>An enum value's name in C#: LLMB_E_NOT_FOUND is NotFound.</summary>
    public static string EnumValueName(ApiEnum type, ApiEnumValue value) => Pascal(EnumValueSuffix(type, value));

    /// <summary>What is left of LLMB_E_NOT_FOUND without its prefix: NOT_FOUND.</summary>
    public static string EnumValueSuffix(ApiEnum type, ApiEnumValue value) =>
        value.Name[Enums[type.Name].Prefixes.First(p => value.Name.StartsWith(p, StringComparison.Ordinal)).Length..];

    /// <summary>snake_case or CAPITALS as PascalCase.</summary>
    public static string Pascal(string name)
    {
        var result = new StringBuilder();
        foreach (string word in name.ToLowerInvariant().Split('_', StringSplitOptions.RemoveEmptyEntries))
        {
            result.Append(char.ToUpperInvariant(word[0])).Append(word, 1, word.Length - 1);
        }
        return result.ToString();
    }
}
