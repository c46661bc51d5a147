using System.Runtime.InteropServices;
using System.Text.Json;

namespace LlmBridge.Generator;

/// <summary>The tables that the built library gives out as JSON.</summary>
internal sealed class LibraryTables
{
    private readonly nint _library;

    public LibraryTables(string path)
    {
        if (!File.Exists(path)) throw new GeneratorException($"{path} does not exist: build the native part first");
        _library = NativeLibrary.Load(Path.GetFullPath(path));
    }

    /// <summary>The rows of the table that this function gives out, under this name.</summary>
    public IReadOnlyList<JsonElement> Rows(string function, string name)
    {
        var read = Marshal.GetDelegateForFunctionPointer<ReadTable>(NativeLibrary.GetExport(_library, function));
        using JsonDocument document = JsonDocument.Parse(Marshal.PtrToStringUTF8(read())!);
        return [.. document.RootElement.GetProperty(name).EnumerateArray().Select(row => row.Clone())];
    }

    private delegate nint ReadTable();
}
