namespace LlmBridge.Generator;

/// <summary>All generated files: their places in the repository and their text.</summary>
internal static class Output
{
    public static IReadOnlyDictionary<string, string> Make(string root, string libraryPath)
    {
        string include = Path.Combine(root, "native/include");
        Api api = CastXmlReader.Read(include, Path.Combine(include, "llmbridge/llmbridge.h"));
        var tables = new LibraryTables(libraryPath);
        IReadOnlyList<Setting> settings = SettingsTable.Read(tables);
        IReadOnlyList<Status> statuses = Status.Read(tables);
        return new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["managed/LlmBridge.Interop/Generated/NativeMethods.cs"] = InteropWriter.Functions(api),
            ["managed/LlmBridge.Interop/Generated/NativeStructs.cs"] = InteropWriter.Structs(api),
            ["managed/LlmBridge.Interop/Generated/Enums.cs"] = InteropWriter.Enums(api),
            ["managed/LlmBridge.Interop/Generated/StatusClasses.cs"] = StatusWriter.CSharp(statuses),
            ["hosts/python/llmbridge/_status.py"] = StatusWriter.Python(statuses),
            ["hosts/node/lib/statuses.js"] = StatusWriter.Node(statuses),
            ["hosts/node/settings.d.ts"] = NodeTypes.Write(settings),
            ["docs/settings.md"] = SettingsPage.Write(settings),
            ["managed/LlmBridge/Generated/LlmDefaults.cs"] = DefaultsWriter.Write(settings),
            ["managed/LlmBridge/Generated/BridgeOptions.cs"] = OptionsWriter.BridgeOptions(settings),
            ["managed/LlmBridge/Generated/CallOptions.cs"] = OptionsWriter.CallOptions(settings),
            ["managed/LlmBridge/Generated/Choices.cs"] = OptionsWriter.Choices(settings),
            ["managed/LlmBridge/Generated/OptionSetters.cs"] = SettersWriter.Setters([.. settings.Where(IsGiven)]),
            ["managed/LlmBridge/Generated/PropertyNames.cs"] = OptionsWriter.PropertyNames(settings),
            ["interop-tests/LlmBridge.InteropTests/Generated/StructLayouts.cs"] = LayoutWriter.CSharp(api),
            ["abi/abi_layout.c"] = LayoutWriter.CProgram(api),
            ["abi/exports.txt"] = LayoutWriter.Exports(api),
        };
    }

    /// <summary>A conversation is no part of a configuration.</summary>
    private static bool IsGiven(Setting setting) => setting.Name != "messages";

    public static int Write(string root, IReadOnlyDictionary<string, string> files)
    {
        foreach ((string name, string text) in files.Where(f => Differs(root, f.Key, f.Value)))
        {
            string path = Path.Combine(root, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text);
            Console.WriteLine("wrote " + name);
        }
        return 0;
    }

    public static int Check(string root, IReadOnlyDictionary<string, string> files)
    {
        string[] stale = [.. files.Where(f => Differs(root, f.Key, f.Value)).Select(f => f.Key)];
        string[] unknown = [.. GeneratedFiles(root).Except(files.Keys)];
        foreach (string name in stale)
        {
            Console.Error.WriteLine($"{name} is not what the generator makes: run build.sh generate");
        }
        foreach (string name in unknown)
        {
            Console.Error.WriteLine($"{name} lies in a Generated folder but is not generated");
        }
        if (stale.Length + unknown.Length > 0) return 1;
        Console.WriteLine($"{files.Count} generated files are up to date");
        return 0;
    }

    private static bool Differs(string root, string name, string text)
    {
        string path = Path.Combine(root, name);
        return !File.Exists(path) || File.ReadAllText(path) != text;
    }

    private static IEnumerable<string> GeneratedFiles(string root) =>
        from top in new[] { "managed", "interop-tests" }
        from folder in Directory.EnumerateDirectories(Path.Combine(root, top), "Generated", SearchOption.AllDirectories)
        where !folder.Split(Path.DirectorySeparatorChar).Contains("obj")
        from file in Directory.EnumerateFiles(folder)
        select Path.GetRelativePath(root, file);
}
