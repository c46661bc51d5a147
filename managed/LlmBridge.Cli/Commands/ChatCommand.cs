using System.CommandLine;

namespace LlmBridge.Cli;

/// <summary>llmbridge chat: a conversation, a line at a time; the model sees all of it each time.</summary>
internal static class ChatCommand
{
    private const string Prompt = "> ";

    public static Command Make()
    {
        var command = new Command(
            "chat", "Holds a conversation: a line from stdin, an answer to stdout, until the end of stdin or /exit");
        var options = new CommonOptions(command);
        var schema = new SchemaOption(command);
        command.SetAction((result, _) =>
            CommandRun.RunAsync(
                options.Json(result),
                interrupt => ChatAsync(
                    schema.AddTo(options.ToBridgeOptions(result), result), options.Json(result), interrupt.Token),
                LlmPhase.Generate));
        return command;
    }

    private static async Task<int> ChatAsync(BridgeOptions options, bool json, CancellationToken cancellationToken)
    {
        await using LlmClient client = await LlmClient.OpenAsync(options, cancellationToken);
        if (!json) DemonstrationModel.Announce(options);
        var messages = new List<LlmMessage>();
        var lines = new InputLines();
        while (await ReadLineAsync(lines, cancellationToken) is { } line && line != "/exit")
        {
            if (string.IsNullOrWhiteSpace(line)) continue;
            messages.Add(new LlmMessage(LlmRole.User, line));
            try
            {
                string answer = json
                    ? await AnswerInJsonAsync(client, messages, cancellationToken)
                    : await AnswerStream.WriteAsync(
                        client, client.ChatStreamAsync(messages, null, cancellationToken).Select(update => update.Text),
                        cancellationToken);
                messages.Add(new LlmMessage(LlmRole.Assistant, answer));
            }
            catch (LlmException e) when (!Console.IsInputRedirected && e.Error.Status != LlmStatus.Unavailable)
            {
                // At a terminal one failed turn does not end the conversation; what was asked is forgotten.
                CommandRun.Report(e.Error, json);
                messages.RemoveAt(messages.Count - 1);
            }
        }
        return ExitStatus.Ok;
    }

    /// <summary>A line for each answer, the same object as that of ask --json.</summary>
    private static async Task<string> AnswerInJsonAsync(
        LlmClient client, List<LlmMessage> messages, CancellationToken cancellationToken)
    {
        LlmReply reply = await client.ChatAsync(messages, null, cancellationToken);
        await ReplyJson.WriteAsync(reply, client.SandboxLayers, cancellationToken);
        return reply.Text;
    }

    private static Task<string?> ReadLineAsync(InputLines lines, CancellationToken cancellationToken)
    {
        if (!Console.IsInputRedirected && !Console.IsErrorRedirected) Console.Error.Write(Prompt);
        return lines.ReadAsync(cancellationToken);
    }
}
