namespace LlmBridge.Generator;

/// <summary>The public headers as the generator sees them: what is declared, in the order of declaration.</summary>
internal sealed record Api(
    IReadOnlyList<ApiFunction> Functions, IReadOnlyList<ApiStruct> Structs, IReadOnlyList<ApiEnum> Enums);

/// <summary>An exported function.</summary>
internal sealed record ApiFunction(
    string Name, ApiType Returns, IReadOnlyList<ApiParameter> Parameters, string Header, HeaderComment Comment);

/// <summary>A parameter, by its name in C.</summary>
internal sealed record ApiParameter(string Name, ApiType Type);

/// <summary>A struct with members; opaque ones (handles) are not listed.</summary>
internal sealed record ApiStruct(string Name, int Size, IReadOnlyList<ApiField> Fields, HeaderComment Comment);

/// <summary>A member of a struct, with its place in bytes.</summary>
internal sealed record ApiField(string Name, ApiType Type, int Offset, int Size, HeaderComment Comment);

/// <summary>An enumeration with its values.</summary>
internal sealed record ApiEnum(string Name, IReadOnlyList<ApiEnumValue> Values, HeaderComment Comment);

/// <summary>One value of an enumeration.</summary>
internal sealed record ApiEnumValue(string Name, long Value, HeaderComment Comment);

/// <summary>A type as C spells it: the innermost name, how many pointers stand around it, and the array's
/// length.</summary>
internal sealed record ApiType(string Name, int Pointers, int ArrayLength = 0)
{
    public override string ToString() => Name + new string('*', Pointers) + (ArrayLength > 0 ? $"[{ArrayLength}]" : "");
}
