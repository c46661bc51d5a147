using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol.Protocol;

namespace LlmBridge.Mcp;

/// <summary>What the tools say of their arguments and results, as JSON Schemas.</summary>
internal static class ToolSchemas
{
    public const string Timeout = "timeout_ms";
    public const int TimeoutMostMs = 86_400_000;
    public const int TextsMost = 2048;
    public const int MessagesMost = 4096;
    public const int StopsMost = 16;
    public const int TokensMost = 1_048_576;

    /// <summary>A tool of these parts.</summary>
    /// <param name="arguments">The properties of its arguments; the limit on its time is added.</param>
    /// <param name="needed">The arguments that must be there.</param>
    /// <param name="results">The properties of its result, all of which are there.</param>
    public static Tool Tool(
        string name, string title, string description, JsonObject arguments, string[] needed, JsonObject results,
        bool isReadOnly)
    {
        arguments.Add(Timeout, Whole("How long the call may take, loading the model included", 1, TimeoutMostMs));
        JsonObject input = Object(arguments, needed);
        input.Add("additionalProperties", false);
        return new Tool
        {
            Name = name,
            Title = title,
            Description = description,
            InputSchema = Element(input),
            OutputSchema = Element(Object(results, [.. results.Select(property => property.Key)])),
            Annotations = new ToolAnnotations
            {
                ReadOnlyHint = isReadOnly,
                DestructiveHint = false,
                OpenWorldHint = false,
            },
        };
    }

    /// <summary>How an answer is made: the same for a question and for a conversation.</summary>
    public static JsonObject With(this JsonObject arguments, JsonObject more)
    {
        foreach ((string name, JsonNode? schema) in more) arguments.Add(name, schema!.DeepClone());
        return arguments;
    }

    public static JsonObject Generation() => new()
    {
        ["max_tokens"] = Whole("How many tokens the answer may have", 1, TokensMost),
        ["temperature"] = Number("0 for the likeliest answer, more for more variety", 0, 100),
        ["top_p"] = Number("Choose among the likeliest tokens of this probability together", 0, 1),
        ["seed"] = Whole("The same seed gives the same answer", 0, uint.MaxValue),
        ["stop"] = Texts("The answer ends before the first of these texts", 0, StopsMost),
        ["json_schema"] = new JsonObject
        {
            ["type"] = "object",
            ["description"] = "A JSON Schema that the answer keeps; else the call fails as output_invalid",
        },
        ["session"] = new JsonObject
        {
            ["type"] = "string",
            ["pattern"] = "^[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}$",
            ["description"] = "A conversation that is kept under this name on this machine, and goes on with the call",
        },
    };

    public static JsonObject AnswerResults() => new()
    {
        ["text"] = Text("The answer"),
        ["finish_reason"] = Text("Why it ended: stop, length"),
        ["engine"] = Text("The engine that answered"),
        ["prompt_tokens"] = Kind("integer"),
        ["completion_tokens"] = Kind("integer"),
    };

    public static JsonObject Text(string description) =>
        new() { ["type"] = "string", ["description"] = description };

    public static JsonObject NeededText(string description) =>
        new() { ["type"] = "string", ["minLength"] = 1, ["description"] = description };

    public static JsonObject Texts(string description, int least, int most) => new()
    {
        ["type"] = "array",
        ["items"] = new JsonObject { ["type"] = "string", ["minLength"] = 1 },
        ["minItems"] = least,
        ["maxItems"] = most,
        ["description"] = description,
    };

    public static JsonObject Whole(string description, long least, long most) => new()
    {
        ["type"] = "integer",
        ["minimum"] = least,
        ["maximum"] = most,
        ["description"] = description,
    };

    public static JsonObject Number(string description, double least, double most) => new()
    {
        ["type"] = "number",
        ["minimum"] = least,
        ["maximum"] = most,
        ["description"] = description,
    };

    public static JsonObject Kind(string type) => new() { ["type"] = type };

    public static JsonObject List(JsonObject items) => new() { ["type"] = "array", ["items"] = items };

    public static JsonObject Object(JsonObject properties, string[] needed) => new()
    {
        ["type"] = "object",
        ["properties"] = properties,
        ["required"] = new JsonArray([.. needed.Select(name => (JsonNode)name)]),
    };

    private static JsonElement Element(JsonObject schema)
    {
        using JsonDocument document = JsonDocument.Parse(schema.ToJsonString());
        return document.RootElement.Clone();
    }
}
