using System.Text;

namespace LlmBridge.Generator;

/// <summary>Writes the two halves of the layout test: a C program that prints what the C compiler sees, and the same
/// list as the C# compiler sees it. Both name every field, so none can be forgotten.</summary>
internal static class LayoutWriter
{
    public static string CProgram(Api api)
    {
        var text = new StringBuilder();
        text.Append(
            "/* Made by LlmBridge.Generator from native/include/llmbridge. Do not edit: run `build.sh generate`.\n");
        text.Append(
            " * Prints each struct's size, and each member's offset and size, as the C compiler sees them. */\n");
        text.Append("#include <llmbridge/llmbridge.h>\n#include <stddef.h>\n#include <stdio.h>\n\n");
        text.Append("#define MEMBER(type, name) \\\n");
        text.Append("  printf(#type \".\" #name \" %zu %zu\\n\", offsetof(type, name), sizeof(((type *)0)->name))\n\n");
        text.Append("int main(void) {\n");
        foreach (ApiStruct type in api.Structs)
        {
            text.Append($"  printf(\"{type.Name} %zu\\n\", sizeof({type.Name}));\n");
            foreach (ApiField field in type.Fields) text.Append($"  MEMBER({type.Name}, {field.Name});\n");
        }
        text.Append("  return 0;\n}\n");
        return text.ToString();
    }

    public static string CSharp(Api api)
    {
        var source = new SourceWriter("native/include/llmbridge");
        source.Line("using System.Runtime.CompilerServices;");
        source.Line("using LlmBridge.Interop;");
        source.Line();
        source.Line("namespace LlmBridge.InteropTests;");
        source.Line();
        source.Summary("Where the C# compiler puts what crosses the boundary, in the words of abi/abi_layout.c.");
        source.Open("internal static class StructLayouts");
        source.Open("public static IEnumerable<string> Lines()");
        source.Line("var lines = new List<string>();");
        foreach (ApiStruct type in api.Structs)
        {
            string name = Mapping.StructName(type.Name);
            source.Line($"var {type.Name} = new {name}();");
            source.Line($"lines.Add($\"{type.Name} {{Unsafe.SizeOf<{name}>()}}\");");
            foreach (ApiField field in type.Fields)
            {
                source.Line(
                    $"lines.Add(Member(\"{type.Name}.{field.Name}\", ref {type.Name}, ref {type.Name}.{field.Name}));");
            }
        }
        source.Line("return lines;");
        source.Close();
        source.Line();
        source.Open("private static string Member<TStruct, TField>(string name, ref TStruct start, ref TField field)");
        source.Line("ref byte first = ref Unsafe.As<TStruct, byte>(ref start);");
        source.Line("long offset = Unsafe.ByteOffset(ref first, ref Unsafe.As<TField, byte>(ref field));");
        source.Line("return $\"{name} {offset} {Unsafe.SizeOf<TField>()}\";");
        source.Close();
        source.Close();
        return source.ToString();
    }

    /// <summary>The names that the library must export, and no others.</summary>
    public static string Exports(Api api) =>
        string.Concat(api.Functions.Select(f => f.Name).Order(StringComparer.Ordinal).Select(n => n + "\n"));
}
