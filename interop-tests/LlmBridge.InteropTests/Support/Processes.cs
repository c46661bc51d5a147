using System.Globalization;
using System.Runtime.InteropServices;

namespace LlmBridge.InteropTests.Support;

/// <summary>Looks at processes, ends them, and waits for consequences.</summary>
internal static class Processes
{
    public const int SignalKill = 9;
    public const int SignalAbort = 6;
    public const int SignalInterrupt = 2;
    public const int SignalStop = 19;
    public const int SignalContinue = 18;

    private const string KeeperComm = "llmbridge-keepe"; // the system keeps 15 letters
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    public static void Signal(long pid, int signal) =>
        Assert.AreEqual(0, Kill((int)pid, signal), $"kill({pid}, {signal})");

    public static bool IsAlive(long pid) => Field(pid, "State:") is { } state && !state.StartsWith('Z');

    public static long ParentOf(long pid) =>
        long.Parse(Field(pid, "PPid:") ?? throw new InvalidOperationException($"process {pid} is gone"),
            CultureInfo.InvariantCulture);

    /// <summary>The keepers that watch this host: each holds a pidfd that names it.</summary>
    public static IReadOnlyList<long> KeepersOf(long host) =>
        [.. All().Where(pid => NameOf(pid) == KeeperComm && Watches(pid, host))];

    /// <summary>The processes that were given this variable, as NAME=VALUE.</summary>
    public static IReadOnlyList<long> With(string variable) =>
        [.. All().Where(pid => Read($"/proc/{pid}/environ")?.Split('\0').Contains(variable) == true)];

    public static void WaitUntilGone(params long[] pids) =>
        WaitUntil(() => !pids.Any(IsAlive), $"processes {string.Join(", ", pids)} to end");

    public static void WaitUntil(Func<bool> condition, string what)
    {
        DateTime giveUp = DateTime.UtcNow + s_patience;
        while (!condition())
        {
            if (DateTime.UtcNow > giveUp) Assert.Fail("waited in vain for " + what);
            Thread.Sleep(10);
        }
    }

    private static IEnumerable<long> All() =>
        from folder in Directory.EnumerateDirectories("/proc")
        let name = Path.GetFileName(folder)
        where char.IsAsciiDigit(name[0])
        select long.Parse(name, CultureInfo.InvariantCulture);

    /// <summary>What the system calls the process; null if it is gone.</summary>
    public static string? NameOf(long pid) => Read($"/proc/{pid}/comm")?.TrimEnd('\n');

    private static string? Field(long pid, string name) =>
        Read($"/proc/{pid}/status")?.Split('\n')
            .FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?[name.Length..].Trim();

    private static bool Watches(long pid, long host)
    {
        try
        {
            string wanted = "Pid:\t" + host.ToString(CultureInfo.InvariantCulture);
            return Directory.EnumerateFiles($"/proc/{pid}/fdinfo")
                .Any(file => Read(file)?.Split('\n').Contains(wanted) == true);
        }
        catch (IOException)
        {
            return false; // it ended while we looked
        }
    }

    private static string? Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // the process, or the descriptor, is gone, or is not ours
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int pid, int signal);
}
