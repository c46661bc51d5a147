using System.Reflection;
using System.Text;

namespace LlmBridge.InteropTests.Support;

/// <summary>What applications can see of an assembly, a line for each type and member, in an order that only depends on
/// their names.</summary>
internal static class PublicApi
{
    private const BindingFlags Own =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static
        | BindingFlags.DeclaredOnly;

    public static IEnumerable<string> Of(Assembly assembly) =>
        from type in assembly.GetExportedTypes()
        orderby type.FullName
        from line in Members(type).Distinct().Order(StringComparer.Ordinal).Prepend(Declaration(type))
        select line;

    private static string Declaration(Type type)
    {
        string kind = type.IsEnum ? "enum"
            : type.IsInterface ? "interface"
            : type.IsValueType ? "struct"
            : type is { IsAbstract: true, IsSealed: true } ? "static class"
            : type.IsSealed ? "sealed class"
            : type.IsAbstract ? "abstract class"
            : "class";
        IEnumerable<string> bases =
            type.GetInterfaces().Where(i => i.IsPublic).Select(Name).Order(StringComparer.Ordinal);
        bool hasParent = type.IsClass && type.BaseType is { } parent && parent != typeof(object);
        if (hasParent) bases = bases.Prepend(Name(type.BaseType!));
        string below = string.Join(", ", bases);
        return $"{kind} {Name(type)}" + (below.Length > 0 && !type.IsEnum ? " : " + below : "");
    }

    private static IEnumerable<string> Members(Type type)
    {
        string owner = "  " + Name(type) + ".";
        if (type.IsEnum)
        {
            return Enum.GetNames(type).Select(n => $"{owner}{n} = {Convert.ToInt64(Enum.Parse(type, n))}");
        }
        return type.GetMembers(Own).Where(IsSeen).Select(member => owner + Signature(member));
    }

    private static bool IsSeen(MemberInfo member) => member switch
    {
        MethodBase method => IsSeen(method) && !(method.IsSpecialName && IsAccessor(method.Name)),
        PropertyInfo property => property.GetAccessors(nonPublic: true).Any(IsSeen),
        FieldInfo field => field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly,
        EventInfo one => one.AddMethod is { } add && IsSeen(add),
        _ => false,
    };

    private static bool IsSeen(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static bool IsAccessor(string name) =>
        name.StartsWith("get_", StringComparison.Ordinal) || name.StartsWith("set_", StringComparison.Ordinal)
        || name.StartsWith("add_", StringComparison.Ordinal) || name.StartsWith("remove_", StringComparison.Ordinal);

    private static string Signature(MemberInfo member) => member switch
    {
        ConstructorInfo constructor => $"{(constructor.IsStatic ? "static " : "")}new({Parameters(constructor)})",
        MethodInfo method => (method.IsStatic ? "static " : "")
            + method.Name + Arguments(method.GetGenericArguments())
            + $"({Parameters(method)}) : {Name(method.ReturnType)}",
        PropertyInfo property => $"{property.Name} {{ {Accessors(property)}}} : {Name(property.PropertyType)}",
        FieldInfo field => $"{field.Name} : {Name(field.FieldType)}",
        _ => member.Name,
    };

    private static string Accessors(PropertyInfo property)
    {
        var text = new StringBuilder();
        if (property.GetMethod is { } get && IsSeen(get)) text.Append("get; ");
        if (property.SetMethod is { } set && IsSeen(set))
        {
            bool initialises = set.ReturnParameter.GetRequiredCustomModifiers().Length > 0;
            text.Append(initialises ? "init; " : "set; ");
        }
        return text.ToString();
    }

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(parameter =>
        $"{(parameter.IsOut ? "out " : "")}{Name(parameter.ParameterType)} {parameter.Name}"
        + (parameter.HasDefaultValue ? $" = {parameter.DefaultValue ?? "default"}" : "")));

    private static string Name(Type type)
    {
        if (type.IsByRef) return Name(type.GetElementType()!);
        if (type.IsArray) return Name(type.GetElementType()!) + "[]";
        if (type.IsGenericParameter) return type.Name;
        if (Nullable.GetUnderlyingType(type) is { } inner) return Name(inner) + "?";
        string name = type.IsNested ? Name(type.DeclaringType!) + "." + type.Name : type.Name;
        int mark = name.IndexOf('`', StringComparison.Ordinal);
        return (mark < 0 ? name : name[..mark]) + Arguments(type.GetGenericArguments());
    }

    private static string Arguments(Type[] types) =>
        types.Length == 0 ? "" : $"<{string.Join(", ", types.Select(Name))}>";
}
