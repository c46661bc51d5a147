namespace LlmBridge.Cli;

/// <summary>What is piped into a command that has a prompt already.</summary>
internal static class PipedInput
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    /// <summary>The prompt, and behind it what stdin holds, if it is a pipe or a file.</summary>
    public static async Task<string> AppendToAsync(string prompt, CancellationToken cancellationToken)
    {
        if (!InheritedStreams.Input || !Console.IsInputRedirected || IsNothing()) return prompt;
        Task<string> reading = StandardInput.ReadTextAsync(cancellationToken);
        if (await Task.WhenAny(reading, Task.Delay(s_patience, cancellationToken)) != reading)
        {
            // Whoever left a pipe open without knowing would wait and never learn for what.
            Console.Error.WriteLine(
                "llmbridge: waiting for the end of stdin, which is added to the prompt (< /dev/null gives none)");
        }
        string text = await reading;
        return text.Length == 0 ? prompt : $"{prompt}\n\n{text}";
    }

    /// <summary>As services have it.</summary>
    private static bool IsNothing() =>
        File.ResolveLinkTarget("/proc/self/fd/0", returnFinalTarget: false)?.FullName == "/dev/null";
}
