using System.Text;

namespace LlmBridge.Generator;

/// <summary>The one table from C's names to C#'s: which struct, enum and handle becomes what, and who may see
/// it.</summary>
internal static class Mapping
{
    private const string Prefix = "llmb_";

    /// <summary>Opaque types that C# holds in a SafeHandle of this name; the others are passed as nint.</summary>
    public static readonly IReadOnlyDictionary<string, string> Handles = new Dictionary<string, string>
    {
        ["llmb_settings"] = "SettingsHandle",
        ["llmb_bridge"] = "BridgeHandle",
        ["llmb_call"] = "CallHandle",
    };

    /// <summary>Opaque types of which C# keeps no ownership.</summary>
    public static readonly IReadOnlySet<string> RawHandles =
        new HashSet<string> { "llmb_batch", "llmb_engine", "llmb_request" };

    /// <summary>The enums that applications see: the name in C#, and what is cut off the values' names.</summary>
    private static readonly Dictionary<string, (string Name, string[] Prefixes)> s_publicEnums =
        new()
        {
            ["llmb_status_value"] = ("LlmStatus", ["LLMB_E_", "LLMB_"]),
            ["llmb_phase"] = ("LlmPhase", ["LLMB_PHASE_"]),
            ["llmb_exit_kind"] = ("LlmExitKind", ["LLMB_EXIT_"]),
            ["llmb_finish_reason"] = ("LlmFinishReason", ["LLMB_FINISH_"]),
            ["llmb_worker_state"] = ("LlmWorkerState", ["LLMB_WORKER_"]),
            ["llmb_breaker_state"] = ("LlmBreakerState", ["LLMB_BREAKER_"]),
            ["llmb_event_kind"] = ("LlmEventKind", ["LLMB_EVENT_"]),
        };

    /// <summary>Functions that only read a clock: the garbage collector need not be told of them.</summary>
    public static readonly IReadOnlySet<string> Brief =
        new HashSet<string> { "llmb_clock_ns", "llmb_deadline_after_ms" };

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
        if (RawHandles.Contains(type.Name) || Handles.ContainsKey(type.Name))
        {
            return "nint" + new string('*', type.Pointers - 1);
        }
        if (!s_plain.TryGetValue(type.Name, out string? name))
        {
            name = type.Name.StartsWith(Prefix, StringComparison.Ordinal)
                ? StructName(type.Name)
                : throw new GeneratorException($"no C# type is known for {type}: add it to Mapping.cs");
        }
        return name + new string('*', type.Pointers);
    }

    /// <summary>An array inside a struct: char[32] is Bytes32, uint64_t[28] is UlongArray28.</summary>
    public static string ArrayName(ApiType type)
    {
        if (type.Pointers > 0) throw new GeneratorException($"arrays of pointers are not known: {type}");
        string element = TypeName(type);
        return type.Name == "char"
            ? $"Bytes{type.ArrayLength}"
            : $"{char.ToUpperInvariant(element[0])}{element[1..]}Array{type.ArrayLength}";
    }

    /// <summary>llmb_error is NativeError: structs are never seen by applications.</summary>
    public static string StructName(string name) => "Native" + Pascal(name[Prefix.Length..]);

    public static bool IsPublic(ApiEnum type) => s_publicEnums.ContainsKey(type.Name);

    public static string EnumName(ApiEnum type) =>
        s_publicEnums.TryGetValue(type.Name, out var known) ? known.Name : StructName(type.Name);

    /// <summary>A parameter's type: handles as SafeHandles, except where the handle's own release calls the
    /// function.</summary>
    public static string ParameterType(ApiFunction function, ApiParameter parameter)
    {
        bool releases = function.Name.EndsWith("_close", StringComparison.Ordinal);
        if (releases || !Handles.TryGetValue(parameter.Type.Name, out string? handle)) return TypeName(parameter.Type);
        return parameter.Type.Pointers == 2 ? "out " + handle : handle;
    }

    /// <summary>An enum value's name in C#: LLMB_E_NOT_FOUND is NotFound.</summary>
    public static string EnumValueName(ApiEnum type, ApiEnumValue value) => Pascal(EnumValueSuffix(type, value));

    /// <summary>What is left of LLMB_E_NOT_FOUND without its prefix: NOT_FOUND.</summary>
    public static string EnumValueSuffix(ApiEnum type, ApiEnumValue value)
    {
        string[] prefixes = s_publicEnums.TryGetValue(type.Name, out var known) ? known.Prefixes : [CommonPrefix(type)];
        return value.Name[prefixes.First(p => value.Name.StartsWith(p, StringComparison.Ordinal)).Length..];
    }

    /// <summary>What the names of all values begin with, up to an underscore.</summary>
    private static string CommonPrefix(ApiEnum type)
    {
        string first = type.Values[0].Name;
        int length = first.LastIndexOf('_') + 1;
        while (!type.Values.All(v => string.CompareOrdinal(v.Name, 0, first, 0, length) == 0))
        {
            length = first.LastIndexOf('_', length - 2) + 1;
        }
        return first[..length];
    }

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
