using System.CommandLine;

namespace LlmBridge.Cli;

/// <summary>llmbridge chat: a conversation, a line at a time; the model sees all of it each time.</summary>
internal static class ChatCommand
{
    public static Command Make()
    {
        var command = new Command(
            "chat", "Holds a conversation: a line from stdin, an answer to stdout, until the end of stdin or /exit");
        var options = new CommonOptions(command);
        var generation = new GenerationOptions(command);
        command.SetAction((result, _) =>
        {
            bool json = options.Json(result);
            return CommandRun.RunAsync(
                json,
                interrupt => ChatAsync(generation.AddTo(options.ToBridgeOptions(result), result), json, interrupt),
                LlmPhase.Generate);
        });
        return command;
    }

    private static async Task<int> ChatAsync(BridgeOptions options, bool json, Interrupt interrupt)
    {
        await using LlmClient client = await LlmClient.OpenAsync(options, interrupt.Token);
        if (!json) DemonstrationModel.Announce(options);
        bool isKept = NamedSettings.Of(options, "session") is not null;
        var conversation = new Conversation(client, json, isKept);
        var input = ChatInput.Open();
        while (await input.ReadAsync(interrupt.Token) is { } line)
        {
            if (line == "/exit") break;
            if (string.IsNullOrWhiteSpace(line)) continue;
            if (!input.IsTerminal) await conversation.AskAsync(line, interrupt.Token);
            else if (!ChatCommands.TryRun(conversation, ref line)) await TakeTurnAsync(conversation, line, interrupt);
        }
        return ExitStatus.Ok;
    }

    /// <summary>At a terminal one failed turn does not end the conversation, nor does Ctrl+C: it ends the
    /// answer.</summary>
    private static async Task TakeTurnAsync(Conversation conversation, string line, Interrupt interrupt)
    {
        using CancellationTokenSource turn = interrupt.BeginTurn();
        try
        {
            await conversation.AskAsync(line, turn.Token);
        }
        catch (OperationCanceledException) when (!interrupt.Happened)
        {
            Console.Error.WriteLine("\nllmbridge: stopped");
        }
        catch (LlmException e) when (e.Error.Status == LlmStatus.Cancelled && !interrupt.Happened)
        {
            Console.Error.WriteLine("\nllmbridge: stopped");
        }
        catch (LlmException e) when (e.Error.Status != LlmStatus.Unavailable)
        {
            CommandRun.Report(e.Error, conversation.Json);
        }
        finally
        {
            interrupt.EndTurn();
        }
    }
}
