namespace LlmBridge.InteropTests.Support;

/// <summary>A folder of programs as somebody sees it who does not own it: NuGet unpacks files with mode 0744.
/// Where these tests may, they become that somebody.</summary>
internal static class OtherUser
{
    private const UnixFileMode Read = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Enter =
        Read | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
    private const UnixFileMode Write = UnixFileMode.UserWrite | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
    private static readonly string[] s_nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];

    /// <summary>Takes from all below the folder what another user does not have; from the owner too, who these tests
    /// may have to stay. The applications' own launchers can be executed by all.</summary>
    public static void Take(string folder)
    {
        MakeReadable(Path.GetDirectoryName(folder)!, mayWrite: false);
        MakeReadable(folder, mayWrite: false);
        foreach (string below in Directory.GetDirectories(folder, "*", SearchOption.AllDirectories))
        {
            MakeReadable(below, mayWrite: false);
        }
        foreach (string file in Directory.GetFiles(folder, "llmbridge-*", SearchOption.AllDirectories))
        {
            Set(file, Read);
        }
    }

    public static void MakeReadable(string folder, bool mayWrite) =>
        Set(folder, Enter | (mayWrite ? Write : UnixFileMode.UserWrite));

    private static void Set(string path, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, mode);
    }

    /// <summary>The command with which that user runs the program.</summary>
    public static string[] Command(string program) =>
        Environment.IsPrivilegedProcess ? [.. s_nobody, program] : [program];
}
