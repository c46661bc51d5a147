using System.Diagnostics;
using System.Globalization;

namespace LlmBridge.Driver;

/// <summary>What scenarios.json says that a driver does.</summary>
internal static class Scenarios
{
    private const string Hello = "hello";
    private const int Items = 50;

    public static Task RunAsync(string name, LlmClient client) => name switch
    {
        "answer" => AnswerAsync(client),
        "stream" => StreamAsync(client),
        "embed" => EmbedAsync(client),
        "deadline" => PrintFailureOfAsync(client, Hello),
        "crash" => CrashAsync(client),
        "bad_input" => BadInputAsync(client),
        "cancel" => CancelAsync(client),
        "many_threads" => ManyAsync(client),
        "children" => ChildrenAsync(client),
        _ => throw new ArgumentException($"there is no scenario {name}"),
    };

    public static void PrintFailure(LlmException failure) => Console.WriteLine($"error {failure.Error.Code}");

    /// <summary>Ends the process while a call is in flight.</summary>
    public static async Task<int> LeaveAsync(LlmClient client)
    {
        await foreach (string _ in client.StreamAsync(Hello))
        {
            while (client.EngineProcessId == 0) await Task.Delay(1); // it may come a moment after the engine is ready
            Console.WriteLine($"worker {client.EngineProcessId}");
            Environment.Exit(0);
        }
        return 1;
    }

    private static async Task AnswerAsync(LlmClient client) =>
        Console.WriteLine($"text {(await client.AskAsync(Hello)).Text}");

    private static async Task StreamAsync(LlmClient client)
    {
        await foreach (string piece in client.StreamAsync(Hello)) PrintPiece(piece);
        Console.WriteLine("end stop");
    }

    private static async Task EmbedAsync(LlmClient client)
    {
        float[] first = await client.EmbedAsync(Hello), second = await client.EmbedAsync(Hello);
        Console.WriteLine($"dimension {first.Length}");
        Console.WriteLine($"equal {(first.AsSpan().SequenceEqual(second) ? "true" : "false")}");
    }

    private static async Task CrashAsync(LlmClient client)
    {
        try
        {
            await client.AskAsync(Hello);
        }
        catch (LlmException e)
        {
            Console.WriteLine(
                $"error {e.Error.Code} {e.Error.ExitKind.ToString().ToLowerInvariant()} {e.Error.ExitValue}");
        }
        await PrintFailureOfAsync(client, Hello);
    }

    private static async Task BadInputAsync(LlmClient client)
    {
        try
        {
            await client.AskAsync("");
        }
        catch (ArgumentException) // before anything is sent, so no LlmException
        {
            Console.WriteLine("error invalid_argument");
        }
        await AnswerAsync(client);
    }

    private static async Task CancelAsync(LlmClient client)
    {
        using var cancel = new CancellationTokenSource();
        try
        {
            await foreach (string piece in client.StreamAsync(Hello, cancellationToken: cancel.Token))
            {
                PrintPiece(piece);
                await cancel.CancelAsync();
            }
        }
        catch (OperationCanceledException)
        {
            Console.WriteLine("error cancelled");
        }
    }

    private static async Task ManyAsync(LlmClient client)
    {
        string[] prompts =
            [.. Enumerable.Range(0, Items).Select(i => string.Create(CultureInfo.InvariantCulture, $"item {i}"))];
        LlmReply[] replies = await Task.WhenAll(prompts.Select(p => client.AskAsync(p)));
        Console.WriteLine($"right {prompts.Zip(replies).Count(pair => pair.First == pair.Second.Text)}");
    }

    private static async Task ChildrenAsync(LlmClient client)
    {
        using Process child = Process.Start("sh", ["-c", "exit 7"]);
        await AnswerAsync(client);
        await child.WaitForExitAsync();
        Console.WriteLine($"child {child.ExitCode}");
    }

    private static async Task PrintFailureOfAsync(LlmClient client, string prompt)
    {
        try
        {
            await client.AskAsync(prompt);
        }
        catch (LlmException failure)
        {
            PrintFailure(failure);
        }
    }

    private static void PrintPiece(string piece) =>
        Console.WriteLine($"piece {piece.Replace("\n", "\\n", StringComparison.Ordinal)}");
}
