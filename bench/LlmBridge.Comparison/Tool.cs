using System.ComponentModel;
using System.Diagnostics;

namespace LlmBridge.Comparison;

/// <summary>Other programs, run to their end.</summary>
internal static class Tool
{
    private static readonly string s_nodeFolder = Repository.At("bench/comparison/node");

    /// <summary>What it printed, without the last line feed; null if it is missing or failed.</summary>
    public static string? Run(string program, params string[] arguments)
    {
        try
        {
            using Process process =
                Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? output.TrimEnd('\n') : null;
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    /// <summary>Installs node-llama-cpp by its lock file. Not by `npm ci`: that wants the packages for all other
    /// systems in the lock file, and not every registry has them.</summary>
    public static void RestoreNode()
    {
        if (!Directory.Exists(Path.Combine(s_nodeFolder, "node_modules")))
        {
            Run("npm", "install", "--no-save", "--silent", "--prefix", s_nodeFolder);
        }
    }

    public static Dictionary<string, string> Versions() => new()
    {
        ["llmbridge"] =
            "0.1.0, commit " + (Run("git", "-C", Repository.At("."), "rev-parse", "--short", "HEAD") ?? "unknown"),
        ["llama.cpp"] = "0.5.0, for all ways the same libraries from npm's @node-llama-cpp/linux-x64 3.22.1",
        ["node"] = Run("node", "--version") ?? "missing",
        ["python"] = Run("python3", "--version") ?? "missing",
        ["dotnet"] = Environment.Version.ToString(),
    };
}
