using System.Text;

namespace LlmBridge.Cli;

/// <summary>What has been said, and how the next answer is asked for.</summary>
/// <param name="isKept">A session has what was said before: only what is new is sent.</param>
internal sealed class Conversation(LlmClient client, bool json, bool isKept)
{
    private readonly List<LlmMessage> _messages = [];
    private readonly Dictionary<string, string> _settings = [];

    public bool Json => json;

    public void Set(string name, string value) => _settings[name] = value;

    public void Clear() => _messages.Clear();

    /// <summary>Prints the answer. A turn that fails is forgotten; of one that is stopped, what was said of it
    /// stays.</summary>
    public async Task AskAsync(string question, CancellationToken cancellationToken)
    {
        _messages.Add(new LlmMessage(LlmRole.User, question));
        var said = new StringBuilder();
        bool stays = false;
        try
        {
            var options = new CallOptions { Settings = _settings };
            if (json)
            {
                LlmReply reply = await client.ChatAsync(Sent(), options, cancellationToken);
                await ReplyJson.WriteAsync(reply, client.SandboxLayers, cancellationToken);
                said.Append(reply.Text);
            }
            else
            {
                IAsyncEnumerable<LlmUpdate> updates = client.ChatStreamAsync(Sent(), options, cancellationToken);
                await AnswerStream.WriteAsync(client, updates.Select(update => update.Text), said, cancellationToken);
            }
            stays = true;
        }
        finally
        {
            stays |= !isKept && cancellationToken.IsCancellationRequested && said.Length > 0;
            if (stays) _messages.Add(new LlmMessage(LlmRole.Assistant, said.ToString()));
            else _messages.RemoveAt(_messages.Count - 1);
        }
    }

    private IEnumerable<LlmMessage> Sent() => isKept ? _messages.TakeLast(1) : _messages;

    /// <summary>Writes what was said to a new file, as the setting messages takes it.</summary>
    public void Save(string path)
    {
        SavedMessage[] all = [.. _messages.Select(SavedMessage.Of)];
        byte[] text = Cli.Json.Line(all, Cli.Json.Readable.SavedMessageArray);
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
        file.Write(text);
    }
}

/// <summary>A message as the setting messages has it.</summary>
internal sealed record SavedMessage(string Role, string Content)
{
    public static SavedMessage Of(LlmMessage message) =>
        new(message.Role == LlmRole.User ? "user" : "assistant", message.Text);
}
