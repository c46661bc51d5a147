using Spectre.Console;

namespace LlmBridge.Cli;

/// <summary>A spinner on stderr until the first piece of an answer is there, only where a person watches.</summary>
internal static class Progress
{
    private const int BarWidth = 24;
    private static readonly TimeSpan s_refresh = TimeSpan.FromMilliseconds(100);

    public static Task<bool> WhileStartingAsync(LlmClient client, Task<bool> first) =>
        Console.IsErrorRedirected || first.IsCompleted ? first : SpinAsync(client, first);

    private static async Task<bool> SpinAsync(LlmClient client, Task<bool> first)
    {
        IAnsiConsole console = Terminal.DrawOnErrors();
        if (!console.Profile.Capabilities.Interactive) return await first;
        await console.Status().StartAsync("Starting", async status =>
        {
            while (await Task.WhenAny(first, Task.Delay(s_refresh)) != first) status.Status(Describe(client));
        });
        return await first;
    }

    private static string Describe(LlmClient client)
    {
        double progress = client.LoadProgress;
        if (progress >= 1) return "Thinking";
        int filled = (int)(progress * BarWidth);
        string bar = $"{new string('━', filled)}[grey]{new string('━', BarWidth - filled)}[/]";
        return $"Loading the model {bar} {progress:P0}";
    }
}
