using System.CommandLine;

namespace LlmBridge.Cli;

/// <summary>llmbridge kernel: becomes the Jupyter kernel, a module of the Python package.</summary>
internal static class KernelCommand
{
    private const string Module = "llmbridge.kernel";
    private const string SystemPython = "/usr/bin/python3"; // the one that has Debian's ipykernel

    /// <summary>Runs the module with the package and the library that are beside this program; "" where it is to find
    /// them by itself.</summary>
    private const string Run =
        "import os, runpy, sys; package, library = sys.argv[1:3]; del sys.argv[1:3]; "
        + "package and sys.path.insert(0, package); "
        + "library and os.environ.setdefault('LLMBRIDGE_LIBRARY', library); "
        + $"runpy.run_module('{Module}', run_name='__main__', alter_sys=True)";

    public static Command Make() => new("kernel", "A Jupyter kernel whose cells are prompts")
    {
        Make("install", "Writes the kernelspec, by which Jupyter finds the kernel"),
        Make("start", "Runs a kernel, and prints the file by which front ends attach to it"),
    };

    private static Command Make(string name, string description)
    {
        var python = new Option<string>("--python")
        {
            Description = $"A Python that has ipykernel; by default {SystemPython}",
            HelpName = "FILE",
            DefaultValueFactory = _ => SystemPython,
        };
        var command = new Command(name, description) { python };
        var common = new CommonOptions(command);
        command.SetAction((result, _) => CommandRun.RunAsync(common.Json(result), _ =>
        {
            List<string> arguments = ["-c", Run, Package(), Library(), name];
            foreach ((string setting, string value) in common.ToBridgeOptions(result).Settings!)
            {
                arguments.AddRange(["--set", $"{setting}={value}"]);
            }
            throw OtherProgram.Become(result.GetValue(python)!, arguments);
        }));
        return command;
    }

    /// <summary>Where the package lies in a tree of sources, with this program in artifacts/bin.</summary>
    private static string Package()
    {
        string package = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../hosts/python"));
        return Directory.Exists(Path.Combine(package, "llmbridge")) ? package : "";
    }

    private static string Library() => Path.IsPathRooted(LlmLibrary.Path) ? LlmLibrary.Path : "";
}
