using System.Text;
using System.Text.Json;

namespace LlmBridge.OpenAI;

/// <summary>Why an answer ended, of those ends that are whole answers.</summary>
public enum ChatEnd
{
    /// <summary>It has not.</summary>
    None,

    /// <summary>The model had no more to say, or came to a stop text.</summary>
    Stop,

    /// <summary>The limit on its tokens was reached.</summary>
    Length,

    /// <summary>The model calls tools.</summary>
    ToolCalls,
}

/// <summary>An answer as it is put together from a stream's events.</summary>
/// <param name="takesTools">Whether the model may call tools.</param>
public sealed class ChatAnswer(bool takesTools = false)
{
    private readonly EventReader _reader = new();
    private readonly Queue<string> _pieces = new();
    private bool _isDone;

    /// <summary>Why the answer ended.</summary>
    public ChatEnd End { get; private set; }

    /// <summary>True once nothing more is to be read.</summary>
    public bool IsDone => _isDone;

    /// <summary>Tokens of the prompt as the server counts them; null where it does not say.</summary>
    public long? PromptTokens { get; private set; }

    /// <summary>Tokens of the answer as the server counts them; null where it does not say.</summary>
    public long? CompletionTokens { get; private set; }

    /// <summary>How many pieces of the answer came.</summary>
    public long Pieces { get; private set; }

    /// <summary>The calls of tools that came.</summary>
    public ToolCallReader ToolCalls { get; } = new();

    /// <summary>The reasoning that came apart from the answer.</summary>
    public StringBuilder Reasoning { get; } = new();

    /// <summary>What came of tokens' log probabilities.</summary>
    public ChatOdds Odds { get; } = new();

    /// <summary>The longest reasoning that is kept.</summary>
    private const int ReasoningMax = 1024 * 1024;

    /// <summary>Counts what shows that the server works: pieces, reasoning, the prompt's progress. Comments are
    /// none.</summary>
    public long Signs { get; private set; }

    /// <summary>Takes bytes of the response's body.</summary>
    /// <exception cref="ServerException">They tell of a failure, or are no answer.</exception>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        _reader.Add(bytes);
        Take();
    }

    /// <summary>The body has ended.</summary>
    /// <exception cref="ServerException">Its answer has not.</exception>
    public void EndOfBody()
    {
        _reader.End();
        Take();
        if (End != ChatEnd.None)
        {
            _isDone = true;
            return;
        }
        string outside = _reader.Outside.Trim();
        if (outside.Length > 0 && Pieces == 0) TakeDocument(outside);
        if (End == ChatEnd.None)
        {
            throw new ServerException(
                ServerFault.CutOff,
                Pieces == 0 ? "the connection ended before the answer began"
                    : $"the connection ended in the answer, after {Pieces} pieces and without a finish reason");
        }
        _isDone = true;
    }

    /// <summary>The next piece of the answer.</summary>
    public bool TryRead(out string piece) => _pieces.TryDequeue(out piece!);

    /// <summary>Looks at the whole: an answer that ended by length without a token had no room at all.</summary>
    /// <exception cref="ServerException">It did.</exception>
    public void CheckWhole()
    {
        if (End == ChatEnd.Stop && !ToolCalls.IsEmpty) End = ChatEnd.ToolCalls; // some servers say so
        if (End == ChatEnd.ToolCalls && ToolCalls.IsEmpty)
        {
            throw new ServerException(ServerFault.Malformed, "the answer ended by calls of tools, and none came");
        }
        if (End == ChatEnd.Length && Pieces == 0 && Reasoning.Length == 0 && CompletionTokens is null or 0)
        {
            throw new ServerException(
                ServerFault.ContextFull, "the answer ended by length without a token: the prompt fills the context");
        }
    }

    private void Take()
    {
        while (!_isDone && _reader.TryRead(out StreamEvent item))
        {
            if (item.IsDone)
            {
                if (End == ChatEnd.None)
                {
                    throw new ServerException(
                        ServerFault.Malformed,
                        "the server sent [DONE] without a finish reason: the answer is not whole");
                }
                _isDone = true;
            }
            else if (item.Name == "error")
            {
                throw ErrorBody.InStream(Encoding.UTF8.GetString(item.Data.Span));
            }
            else
            {
                TakeChunk(item.Data);
            }
        }
    }

    private void TakeDocument(string text)
    {
        if (text[0] is not ('{' or '['))
        {
            throw new ServerException(
                ServerFault.Malformed, $"the server sent no stream but: {ErrorBody.TextOf(text)}");
        }
        TakeChunk(Encoding.UTF8.GetBytes(text));
    }

    private void TakeChunk(ReadOnlyMemory<byte> data)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(data);
        }
        catch (JsonException)
        {
            throw new ServerException(
                ServerFault.Malformed,
                $"the server sent an event that is no JSON: {ErrorBody.TextOf(Encoding.UTF8.GetString(data.Span))}");
        }
        using (document)
        {
            JsonElement root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                throw ErrorBody.InStream(root.GetRawText());
            }
            bool fails = root.TryGetProperty("error", out JsonElement error) && error.ValueKind != JsonValueKind.Null;
            bool isError = root.TryGetProperty("object", out JsonElement kind)
                && kind.ValueKind == JsonValueKind.String && kind.ValueEquals("error"u8);
            if (fails || isError) throw ErrorBody.InStream(root.GetRawText());
            TakeUsage(root);
            if (root.TryGetProperty("prompt_progress", out JsonElement progress)
                && progress.ValueKind == JsonValueKind.Object)
            {
                Signs++;
            }
            if (root.TryGetProperty("choices", out JsonElement choices) && choices.ValueKind == JsonValueKind.Array)
            {
                foreach (JsonElement choice in choices.EnumerateArray()) TakeChoice(choice);
            }
        }
    }

    private void TakeUsage(JsonElement root)
    {
        if (!root.TryGetProperty("usage", out JsonElement usage) || usage.ValueKind != JsonValueKind.Object) return;
        PromptTokens = Count(usage, "prompt_tokens") ?? PromptTokens;
        CompletionTokens = Count(usage, "completion_tokens") ?? CompletionTokens;
    }

    /// <summary>A count that can be one; what cannot is no count.</summary>
    private static long? Count(JsonElement usage, string name) =>
        usage.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number
            && value.TryGetInt64(out long count) && count is >= 0 and < 1L << 40
            ? count
            : null;

    private void TakeChoice(JsonElement choice)
    {
        if (choice.ValueKind != JsonValueKind.Object) return;
        bool isOther = choice.TryGetProperty("index", out JsonElement index)
            && index.ValueKind == JsonValueKind.Number && index.TryGetInt32(out int place) && place != 0;
        if (isOther) return;
        foreach (string name in (ReadOnlySpan<string>)["delta", "message"])
        {
            bool says = choice.TryGetProperty(name, out JsonElement said) && said.ValueKind == JsonValueKind.Object;
            if (says) TakeText(said);
        }
        if (choice.TryGetProperty("logprobs", out JsonElement odds) && odds.ValueKind == JsonValueKind.Object)
        {
            Odds.Add(odds);
        }
        if (choice.TryGetProperty("finish_reason", out JsonElement reason) && reason.ValueKind == JsonValueKind.String)
        {
            Finish(reason.GetString()!);
        }
    }

    private void TakeText(JsonElement said)
    {
        foreach (string name in (ReadOnlySpan<string>)["reasoning_content", "reasoning"])
        {
            bool has = said.TryGetProperty(name, out JsonElement thought) && thought.ValueKind == JsonValueKind.String;
            string text = has ? Text(thought) : "";
            if (text.Length == 0) continue;
            Signs++;
            if (Reasoning.Length + text.Length <= ReasoningMax) Reasoning.Append(text);
            break; // some servers send the same under both names
        }
        if (said.TryGetProperty("refusal", out JsonElement refusal) && refusal.ValueKind == JsonValueKind.String
            && Text(refusal) is { Length: > 0 } words)
        {
            throw new ServerException(ServerFault.Refused, $"the model refused: {ErrorBody.TextOf(words)}");
        }
        if (takesTools && said.TryGetProperty("tool_calls", out JsonElement calls))
        {
            ToolCalls.Add(calls);
            if (calls.ValueKind == JsonValueKind.Array) Signs++;
        }
        if (!said.TryGetProperty("content", out JsonElement content)) return;
        if (content.ValueKind == JsonValueKind.String) Put(Text(content));
        if (content.ValueKind != JsonValueKind.Array) return;
        foreach (JsonElement part in content.EnumerateArray())
        {
            bool isText = part.ValueKind == JsonValueKind.Object && part.TryGetProperty("text", out JsonElement text)
                && text.ValueKind == JsonValueKind.String;
            if (isText) Put(Text(part.GetProperty("text")));
        }
    }

    private static string Text(JsonElement element)
    {
        try
        {
            return element.GetString()!;
        }
        catch (InvalidOperationException) // half of a surrogate pair
        {
            throw new ServerException(ServerFault.Malformed, "the server sent text with half of a surrogate pair");
        }
    }

    private void Put(string piece)
    {
        if (piece.Length == 0) return;
        if (End != ChatEnd.None)
        {
            throw new ServerException(
                ServerFault.Malformed, "the server went on with its answer after its finish reason");
        }
        Pieces++;
        Signs++;
        _pieces.Enqueue(piece);
    }

    private void Finish(string reason)
    {
        End = reason switch
        {
            "stop" or "eos" or "eos_token" or "stop_sequence" => ChatEnd.Stop,
            "length" => ChatEnd.Length,
            "" => End, // some servers say so in each chunk
            "tool_calls" or "function_call" when takesTools => ChatEnd.ToolCalls,
            "tool_calls" or "function_call" => throw new ServerException(
                ServerFault.Unsupported, "the model calls a tool, and no tools were given"),
            _ => throw new ServerException(
                ServerFault.Refused, $"the answer ended with finish reason \"{ErrorBody.TextOf(reason)}\""),
        };
    }
}
