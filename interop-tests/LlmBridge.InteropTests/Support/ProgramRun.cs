using System.Diagnostics;
using System.Text;

namespace LlmBridge.InteropTests.Support;

/// <summary>Runs a program to its end and keeps what it said.</summary>
internal sealed record ProgramRun(int ExitCode, string Output, string Errors)
{
    public static async Task<ProgramRun> OfAsync(
        string program, IEnumerable<string> arguments, CancellationToken watchdog, string? input = null,
        IReadOnlyDictionary<string, string>? environment = null)
    {
        using Process process = Start(program, arguments, environment);
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(watchdog);
            Task<string> errors = process.StandardError.ReadToEndAsync(watchdog);
            if (input != null) await process.StandardInput.WriteAsync(input.AsMemory(), watchdog);
            process.StandardInput.Close();
            await process.WaitForExitAsync(watchdog);
            return new ProgramRun(process.ExitCode, await output, await errors);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    /// <summary>Starts a program with pipes for its three streams, found by the PATH of its environment. A signal that
    /// this process ignores does what it does by default there: a shell that runs tests in the background has them
    /// ignore SIGINT, nohup has them ignore SIGHUP, and children inherit that.</summary>
    public static Process Start(
        string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo("env", ["--default-signal", program, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(false),
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
            WorkingDirectory = Repository.Root,
        };
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }
        return Process.Start(start)!;
    }
}
