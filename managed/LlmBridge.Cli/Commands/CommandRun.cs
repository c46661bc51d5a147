namespace LlmBridge.Cli;

/// <summary>Runs a command's work and turns its end, good or bad, into what stderr and the exit status say.</summary>
internal static class CommandRun
{
    /// <param name="working">The phase that an interrupted command was in: what it does most of its time.</param>
    public static async Task<int> RunAsync(bool json, Func<Interrupt, Task<int>> work, LlmPhase working = LlmPhase.None)
    {
        using var interrupt = new Interrupt();
        try
        {
            return await work(interrupt);
        }
        catch (Exception e) when (ErrorOf(e) is { } error)
        {
            Report(error, json);
            return interrupt.Happened ? interrupt.ExitStatus : ExitStatus.Of(error);
        }
        catch (IOException e) when (StandardOutput.ReaderIsGone(e))
        {
            return ExitStatus.ReaderGone;
        }
        catch (IOException e)
        {
            Report(new LlmError { Status = LlmStatus.Internal, Message = "the output cannot be written: " + e.Message },
                json);
            return ExitStatus.CannotWrite;
        }
        catch (OperationCanceledException) when (interrupt.Happened)
        {
            if (json)
            {
                Report(new LlmError { Status = LlmStatus.Cancelled, Phase = working, Message = "interrupted" }, json);
            }
            return interrupt.ExitStatus;
        }
    }

    /// <summary>The failure of a call, or of an argument that was wrong before there was one; null for anything
    /// else.</summary>
    private static LlmError? ErrorOf(Exception failure) => failure switch
    {
        LlmException e => e.Error,
        ArgumentException e => new LlmError
        {
            Status = LlmStatus.InvalidArgument,
            Phase = LlmPhase.Configure,
            Message = e.ParamName is { } name
                ? $"{name}: {e.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal)}"
                : e.Message,
            RetrySafe = true,
        },
        _ => null,
    };

    public static void Report(LlmError error, bool json)
    {
        if (json)
        {
            Console.Error.WriteLine(error.ToJson());
            return;
        }
        // A message may be an engine's or a daemon's: what looks like a line of ours in it is indented.
        string message = error.Message.Replace("\n", "\n  ", StringComparison.Ordinal);
        Console.Error.WriteLine($"llmbridge: {error.Code}: {message}");
        // An engine that refuses says the same on its stderr.
        if (error.EngineLog.Length == 0 || error.EngineLog.TrimEnd().EndsWith(error.Message, StringComparison.Ordinal))
        {
            return;
        }
        Console.Error.WriteLine("The engine's last lines:");
        foreach (string line in error.EngineLog.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            Console.Error.WriteLine("  " + line);
        }
    }
}
