namespace LlmBridge.Cli;

/// <summary>Which of the standard streams the program was started with. One that was closed has become a file of the
/// runtime's own: reading from it waits for ever, writing to it harms whoever has it.</summary>
internal static class InheritedStreams
{
    private const int CloseOnExec = 0x80000; // O_CLOEXEC

    /// <summary>Looks before anything is read or written.</summary>
    public static bool Input { get; } = IsInherited(0);

    public static bool Output { get; } = IsInherited(1);

    public static bool Errors { get; } = IsInherited(2);

    /// <summary>A descriptor that would close at an exec cannot have come through one.</summary>
    private static bool IsInherited(int descriptor)
    {
        if (!Directory.Exists("/proc/self/fdinfo")) return true;
        try
        {
            foreach (string line in File.ReadLines($"/proc/self/fdinfo/{descriptor}"))
            {
                if (!line.StartsWith("flags:", StringComparison.Ordinal)) continue;
                return (FromOctal(line["flags:".Length..]) & CloseOnExec) == 0;
            }
        }
        catch (IOException)
        {
            return false; // it is not open at all
        }
        return true;
    }

    private static int FromOctal(string digits) => Convert.ToInt32(digits.Trim(), 8);
}
