namespace LlmBridge.Cli;

/// <summary>What the process's exit status says; scripts branch on it.</summary>
internal static class ExitStatus
{
    public const int Ok = 0;
    public const int WrongUsage = 2;
    private const int OfStatus = 10;

    public static int Of(LlmError error) => OfStatus + (int)error.Status;
}
