using System.Diagnostics;

namespace LlmBridge.InteropTests.Support;

/// <summary>Models made for the tests, each once, in a folder that goes with the test run.</summary>
internal static class TestModel
{
    /// <summary>What the model "chain" says, whatever it is asked.</summary>
    public const string ChainAnswer = "Hello from llama.cpp, running in a process of its own.";

    private static readonly Lock s_lock = new();
    private static readonly string s_folder =
        Path.Combine(Path.GetTempPath(), "llmbridge-tests-" + Guid.NewGuid().ToString("N"));

    /// <summary>The file of a model as LlmBridge.TestModels makes it, from "chain" or "random" and options.</summary>
    public static string Make(string kind, params string[] options) => MakeNamed(
        string.Join("_", [kind, .. options]).Replace("--", "", StringComparison.Ordinal), kind, options);

    /// <summary>The scripted model that thinks, says something and calls weather, as its template has it.</summary>
    public static string MakeTools()
    {
        RequireLlama();
        const string Said = "<think>It may rain there.</think>Let me see. <tool_call>\n"
            + "{\"name\": \"weather\", \"arguments\": {\"city\": \"Rome\"}}\n</tool_call>";
        string template = File.ReadAllText(Repository.At("native/tests/llama/tool_template.jinja"));
        return MakeNamed("tools", "chain", "--chat-template", template, "--text", Said);
    }

    private static string MakeNamed(string name, string kind, params string[] options)
    {
        string path = Path.Combine(s_folder, name + ".gguf");
        lock (s_lock)
        {
            if (File.Exists(path)) return path;
            Directory.CreateDirectory(s_folder);
            string program = Path.Combine(AppContext.BaseDirectory, "LlmBridge.TestModels.dll");
            using Process process = ProgramRun.Start("dotnet", [program, kind, path, .. options]);
            string errors = process.StandardError.ReadToEnd();
            process.WaitForExit();
            Assert.AreEqual(0, process.ExitCode, errors);
            return path;
        }
    }

    /// <summary>A file that claims to be a model, with this content.</summary>
    public static string Fake(string name, byte[] content)
    {
        Directory.CreateDirectory(s_folder);
        string path = Path.Combine(s_folder, name);
        File.WriteAllBytes(path, content);
        return path;
    }

    public static void RemoveAll()
    {
        if (Directory.Exists(s_folder)) Directory.Delete(s_folder, recursive: true);
    }

    /// <summary>Tests of the llama engine say so where it could not be built, instead of passing.</summary>
    public static void RequireLlama()
    {
        string module = Path.Combine(Repository.Prefix, "lib/llmbridge/llama.so");
        if (!File.Exists(module))
        {
            Assert.Inconclusive($"the llama engine was not built (llama.cpp was not found): no {module}");
        }
    }
}
