namespace LlmBridge.Web;

/// <summary>How a server's program ends: by which exit status, and what is said.</summary>
internal static class ServerRun
{
    private const int WrongUsage = 2;
    private const int StatusBase = 10; // as the command line has it

    public static async Task<int> RunAsync(string program, Func<Task> serve)
    {
        try
        {
            await serve();
            return 0;
        }
        catch (LlmException e)
        {
            await Console.Error.WriteLineAsync($"{program}: {e.Message}");
            return StatusBase + (int)e.Error.Status;
        }
        catch (Exception e) when (e is IOException or FormatException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"{program}: {e.Message}");
            return WrongUsage;
        }
    }
}
