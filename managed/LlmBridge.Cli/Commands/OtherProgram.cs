using System.ComponentModel;
using System.Runtime.InteropServices;

namespace LlmBridge.Cli;

/// <summary>A program beside this one.</summary>
internal static class OtherProgram
{
    /// <exception cref="LlmException">It is not there.</exception>
    public static string Find(string name)
    {
        string program = Path.Combine(AppContext.BaseDirectory, name);
        if (File.Exists(program)) return program;
        throw Failure(LlmStatus.NotFound, $"{program} is not there; build it with `dotnet build Bridge.sln`");
    }

    /// <summary>Becomes the program, with this one's streams and process number: nobody is left in between, who would
    /// hold memory, or live on when the other has ended. Returns only if it cannot.</summary>
    public static LlmException Become(string program, IEnumerable<string> arguments)
    {
        _ = Execute(program, [program, .. arguments, null]);
        string reason = new Win32Exception(Marshal.GetLastPInvokeError()).Message;
        return Failure(LlmStatus.SpawnFailed, $"{program} cannot be run: {reason}");
    }

    private static LlmException Failure(LlmStatus status, string message) =>
        new(new LlmError { Status = status, Phase = LlmPhase.Configure, Message = message });

    [DllImport("libc", EntryPoint = "execv", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Execute(
        [MarshalAs(UnmanagedType.LPStr)] string path, // UTF-8 on this system
        [MarshalAs(UnmanagedType.LPArray, ArraySubType = UnmanagedType.LPStr)] string?[] arguments);
}
