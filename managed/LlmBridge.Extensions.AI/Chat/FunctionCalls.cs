using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace LlmBridge;

/// <summary>Functions that a model may call, by way of a schema: it answers with one JSON object, which calls functions
/// or holds the answer. So every engine that can write JSON can call them, and a call that is delivered keeps its
/// function's schema.</summary>
internal sealed class FunctionCalls
{
    private const string CallsMember = "calls";
    private const string FunctionMember = "function";
    private const string ArgumentsMember = "arguments";
    private const string AnswerMember = "answer";
    private const int CallsMax = 16;
    private const string AnswerResource = "answer";
    private const string FunctionResource = "function:"; // so that a function may be called "answer"

    private readonly bool _answersInJson;

    private FunctionCalls(ChatOptions options, IReadOnlyList<AIFunctionDeclaration> functions)
    {
        JsonElement? answer = (options.ResponseFormat as ChatResponseFormatJson)?.Schema;
        _answersInJson = options.ResponseFormat is ChatResponseFormatJson;
        bool mustCall = options.ToolMode is RequiredChatToolMode;
        JsonObject calls = CallsSchema(functions, options.AllowMultipleToolCalls != false);
        JsonNode[] choices = mustCall ? [calls] : [calls, AnswerSchema(answer)];
        Schema = new JsonObject { ["anyOf"] = new JsonArray(choices) }.ToJsonString();
        Instructions = Instruct(functions, mustCall, options.Instructions);
    }

    /// <summary>What the model's words have to keep.</summary>
    public string Schema { get; }

    /// <summary>The options' own, and what functions there are.</summary>
    public string Instructions { get; }

    /// <summary>Null where no function may be called.</summary>
    /// <exception cref="NotSupportedException">A tool is no function.</exception>
    public static FunctionCalls? Of(ChatOptions? options)
    {
        if (options?.Tools is not { Count: > 0 } tools || options.ToolMode is NoneChatToolMode) return null;
        string? only = (options.ToolMode as RequiredChatToolMode)?.RequiredFunctionName;
        var functions = new List<AIFunctionDeclaration>();
        foreach (AITool tool in tools)
        {
            if (tool is not AIFunctionDeclaration function)
            {
                throw new NotSupportedException(
                    $"ChatOptions.Tools holds {tool.GetType().Name} '{tool.Name}': engines of llmbridge call functions "
                        + "only");
            }
            if (only is null || function.Name == only) functions.Add(function);
        }
        if (functions.Count > 0) return new FunctionCalls(options, functions);
        throw new NotSupportedException($"ChatOptions.ToolMode requires the function '{only}', which is not in Tools");
    }

    /// <summary>What the model said, which keeps the schema.</summary>
    public IList<AIContent> Read(string text)
    {
        using JsonDocument document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 512 });
        JsonElement said = document.RootElement;
        if (said.TryGetProperty(AnswerMember, out JsonElement answer))
        {
            return [new TextContent(_answersInJson ? answer.GetRawText() : answer.GetString())];
        }
        return [.. said.GetProperty(CallsMember).EnumerateArray().Select(Call)];
    }

    private static FunctionCallContent Call(JsonElement call)
    {
        Dictionary<string, object?> arguments = call.GetProperty(ArgumentsMember).EnumerateObject()
            .ToDictionary(argument => argument.Name, argument => (object?)argument.Value.Clone());
        string id = "call_" + Guid.NewGuid().ToString("N");
        return new FunctionCallContent(id, call.GetProperty(FunctionMember).GetString()!, arguments);
    }

    private static JsonObject CallsSchema(IReadOnlyList<AIFunctionDeclaration> functions, bool several) =>
        Closed((CallsMember, new JsonObject
        {
            ["type"] = "array",
            ["minItems"] = 1,
            ["maxItems"] = several ? CallsMax : 1,
            ["items"] = new JsonObject
            {
                ["anyOf"] = new JsonArray([.. functions.Select(function => (JsonNode)Closed(
                    (FunctionMember, new JsonObject { ["const"] = function.Name }),
                    (ArgumentsMember, Parameters(function))))]),
            },
        }));

    private JsonObject AnswerSchema(JsonElement? schema) => Closed((AnswerMember, schema is { } given
        ? Resource(given, AnswerResource)
        : _answersInJson ? new JsonObject() : new JsonObject { ["type"] = "string" }));

    /// <summary>Of a function without parameters some generators make no object.</summary>
    private static JsonObject Parameters(AIFunctionDeclaration function)
    {
        JsonObject schema = Resource(function.JsonSchema, FunctionResource + Uri.EscapeDataString(function.Name));
        if (!schema.ContainsKey("type")) schema["type"] = "object";
        return schema;
    }

    /// <summary>A schema as a part of another: references in it mean what they meant, since it is a resource of its
    /// own.</summary>
    private static JsonObject Resource(JsonElement schema, string name)
    {
        if (schema.ValueKind != JsonValueKind.Object) return [];
        string text = schema.GetRawText();
        JsonObject copy = JsonNode.Parse(text)!.AsObject();
        copy.Remove("$schema");
        bool refers = text.Contains("\"$ref\"", StringComparison.Ordinal);
        if (refers && !copy.ContainsKey("$id")) copy["$id"] = "urn:llmbridge:" + name;
        return copy;
    }

    private static JsonObject Closed(params (string Name, JsonObject Schema)[] members) => new()
    {
        ["type"] = "object",
        ["properties"] = new JsonObject(
            members.Select(member => KeyValuePair.Create<string, JsonNode?>(member.Name, member.Schema))),
        ["required"] = new JsonArray([.. members.Select(member => (JsonNode)JsonValue.Create(member.Name)!)]),
        ["additionalProperties"] = false,
    };

    private static string Instruct(IReadOnlyList<AIFunctionDeclaration> functions, bool mustCall, string? own)
    {
        var text = new StringBuilder();
        if (!string.IsNullOrEmpty(own)) text.Append(own).Append("\n\n");
        text.Append("Answer with one JSON object and nothing else. To call functions, whose results you are then told: "
            + """{"calls":[{"function":NAME,"arguments":{...}}]}""");
        if (!mustCall) text.Append(""". To answer: {"answer":...}""");
        text.Append(". The functions:");
        foreach (AIFunctionDeclaration function in functions)
        {
            text.Append("\n- ").Append(function.Name);
            if (!string.IsNullOrEmpty(function.Description)) text.Append(": ").Append(function.Description);
            text.Append(" Arguments: ").Append(function.JsonSchema.GetRawText());
        }
        return text.ToString();
    }
}
