using LlmBridge.Generator;

// Usage: LlmBridge.Generator ROOT [--check] [--library FILE]
// Writes every generated file of the repository at ROOT; with --check writes nothing and fails if one differs.
try
{
    string root = args.Length > 0 && !args[0].StartsWith('-')
        ? args[0]
        : throw new GeneratorException("usage: LlmBridge.Generator ROOT [--check] [--library FILE]");
    int libraryOption = Array.IndexOf(args, "--library");
    string library = libraryOption >= 0 && libraryOption + 1 < args.Length
        ? args[libraryOption + 1]
        : Path.Combine(root, "artifacts/native/lib/libllmbridge.so");
    IReadOnlyDictionary<string, string> files = Output.Make(root, library);
    return args.Contains("--check") ? Output.Check(root, files) : Output.Write(root, files);
}
catch (GeneratorException e)
{
    Console.Error.WriteLine("generator: " + e.Message);
    return 1;
}
