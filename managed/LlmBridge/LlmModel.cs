using System.Text.Json;
using LlmBridge.Interop;

namespace LlmBridge;

/// <summary>What a GGUF model file holds; what the file does not say is null.</summary>
public sealed class LlmModel
{
    private LlmModel(JsonElement json, string source)
    {
        Json = source;
        Architecture = Text(json, "architecture");
        Name = Text(json, "name");
        Parameters = Number(json, "parameters");
        Quantisation = Text(json, "quantisation");
        ContextLength = Number(json, "context_length");
        EmbeddingLength = Number(json, "embedding_length");
        BlockCount = Number(json, "block_count");
        Vocabulary = Number(json, "vocabulary");
        Tokenizer = Text(json, "tokenizer");
        HasChatTemplate =
            json.TryGetProperty("chat_template", out JsonElement has) && has.ValueKind == JsonValueKind.True;
        ChatTemplate = json.TryGetProperty("metadata", out JsonElement metadata)
            ? Text(metadata, "tokenizer.chat_template")
            : null;
        FileBytes = Number(json, "file_bytes");
    }

    /// <summary>The family of models, such as "llama".</summary>
    public string? Architecture { get; }

    /// <summary>The model's own name.</summary>
    public string? Name { get; }

    /// <summary>How many numbers it was trained to.</summary>
    public long? Parameters { get; }

    /// <summary>The type of most parameters, such as "Q8_0".</summary>
    public string? Quantisation { get; }

    /// <summary>Tokens it was trained to see at once.</summary>
    public long? ContextLength { get; }

    /// <summary>Numbers in the vector of a token.</summary>
    public long? EmbeddingLength { get; }

    /// <summary>How many layers it has.</summary>
    public long? BlockCount { get; }

    /// <summary>How many tokens it knows.</summary>
    public long? Vocabulary { get; }

    /// <summary>How it divides text into tokens.</summary>
    public string? Tokenizer { get; }

    /// <summary>Whether it has a template that turns a conversation into a prompt.</summary>
    public bool HasChatTemplate { get; }

    /// <summary>That template, in Jinja; null where there is none, or where it is too long to be told.</summary>
    public string? ChatTemplate { get; }

    /// <summary>The file's size.</summary>
    public long? FileBytes { get; }

    /// <summary>All of it as JSON, the file's own metadata included.</summary>
    public string Json { get; }

    /// <summary>The model in a few words.</summary>
    public override string ToString() =>
        $"{Name ?? "a model"}: {Architecture}, {Parameters} parameters, {Quantisation}";

    /// <summary>Checks a GGUF file and says what is in it, without loading it: a large model takes no longer than a
    /// small one.</summary>
    /// <exception cref="LlmException">The file does not exist or is damaged; the message says what is wrong
    /// where.</exception>
    public static LlmModel Inspect(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        string json = NativeModel.Inspect(path);
        using JsonDocument document = JsonDocument.Parse(json);
        return new LlmModel(document.RootElement, json);
    }

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private static long? Number(JsonElement json, string name) =>
        json.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number
            && value.TryGetInt64(out long number)
            ? number
            : null;
}
