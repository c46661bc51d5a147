namespace LlmBridge.InteropTests.Support;

/// <summary>A language that the library is used from: what a program in it needs, and how it is built and started. In
/// the commands {source} is the program's file, {program} what is built from it, {hosts} the folder of that name and
/// {prefix} the library's install prefix.</summary>
internal sealed record HostLanguage(string Name, string Extension, string Tool, string Package, params string[] Run)
{
    /// <summary>How pages call it, where that is not its name here.</summary>
    public string Fence { get; init; } = Name;

    /// <summary>Compiles, where the language does.</summary>
    public string[] Build { get; init; } = [];

    /// <summary>The variable that tells the language where packages lie, and its value.</summary>
    public (string Name, string Value)? SearchPath { get; init; }

    /// <summary>The package in hosts/ whose own dependencies npm brings; programs find it as llmbridge.</summary>
    public string? NodePackage { get; init; }

    public static IReadOnlyList<HostLanguage> All { get; } =
    [
        new("bend", ".bend", "bend", "none, see docs/hosts/bend.md", "bend", "run-c", "{source}"),
        new("c", ".c", "cc", "gcc", "{program}")
        {
            Build =
            [
                "cc", "-std=gnu17", "-O1", "-pthread", "{source}", "-I{prefix}/include", "-L{prefix}/lib",
                "-Wl,-rpath,{prefix}/lib", "-lllmbridge", "-lm", "-o", "{program}",
            ],
        },
        new("cpp", ".cpp", "c++", "g++", "{program}")
        {
            Build =
            [
                "c++", "-std=c++17", "-O1", "-pthread", "{source}", "-I{prefix}/include", "-L{prefix}/lib",
                "-Wl,-rpath,{prefix}/lib", "-lllmbridge", "-o", "{program}",
            ],
        },
        new("csharp", ".cs", "dotnet", "dotnet-sdk-10.0", "dotnet",
            Path.Combine(AppContext.BaseDirectory, "LlmBridge.Driver.dll")),
        new("luajit", ".lua", "luajit", "luajit", "luajit", "{source}")
        {
            Fence = "lua",
            SearchPath = ("LUA_PATH", "{hosts}/luajit/?.lua;;"),
        },
        new("node", ".mjs", "node", "nodejs", "node", "{source}") { Fence = "javascript", NodePackage = "node" },
        new("python", ".py", "python3", "python3", "python3", "-B", "{source}")
        {
            SearchPath = ("PYTHONPATH", "{hosts}/python"),
        },
        new("ruby", ".rb", "ruby", "ruby", "ruby", "{source}") { SearchPath = ("RUBYLIB", "{hosts}/ruby") },
    ];

    public static HostLanguage Named(string name) => All.Single(l => l.Name == name);

    /// <summary>The program that goes through the scenarios in this language.</summary>
    public string Driver => Repository.At($"interop-tests/drivers/{Name}/driver{Extension}");

    public override string ToString() => Name;
}
