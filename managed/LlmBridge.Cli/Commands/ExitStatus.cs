namespace LlmBridge.Cli;

/// <summary>What the process's exit status says; scripts branch on it.</summary>
internal static class ExitStatus
{
    public const int Ok = 0;
    public const int WrongUsage = 2;
    /// <summary>Nobody reads the output any more: as a program that SIGPIPE ends.</summary>
    public const int ReaderGone = 141;
    private const int OfStatus = 10;

    /// <summary>The output could not be written.</summary>
    public const int CannotWrite = OfStatus + (int)LlmStatus.Internal;

    public static int Of(LlmError error) => OfStatus + (int)error.Status;
}
