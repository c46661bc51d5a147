using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol.Protocol;

namespace LlmBridge.Mcp;

/// <summary>A conversation, and what the model says next in it.</summary>
internal sealed class ChatTool(LlmClient client) : ModelTool(ToolSchemas.Tool(
    "chat", "Talk with the local model", "Gives the local language model's next message of a conversation.",
    new JsonObject { [Messages] = Conversation() }.With(ToolSchemas.Generation()),
    [Messages], ToolSchemas.AnswerResults(), isReadOnly: false))
{
    private const string Messages = "messages";
    private static readonly string[] s_roles = ["system", "user", "assistant"];

    public override Task<CallToolResult> RunAsync(ToolCall call) => Generation.AnswerAsync(
        client, CallInput.Of(Read(call.Arguments), Generation.Options(call)), call);

    private static List<LlmMessage> Read(ToolArguments arguments)
    {
        if (arguments.Field(Messages) is not { ValueKind: JsonValueKind.Array } given
            || given.GetArrayLength() is 0 or > ToolSchemas.MessagesMost)
        {
            throw ToolArguments.Wrong(Messages, $"allowed is an array of 1 to {ToolSchemas.MessagesMost} messages");
        }
        return [.. given.EnumerateArray().Select((message, i) => Read(message, $"{Messages}[{i}]"))];
    }

    private static LlmMessage Read(JsonElement message, string at)
    {
        if (message.ValueKind != JsonValueKind.Object) throw ToolArguments.Wrong(at, "allowed is an object");
        LlmRole role = Text(message, at, "role") switch
        {
            "system" => LlmRole.System,
            "user" => LlmRole.User,
            "assistant" => LlmRole.Assistant,
            _ => throw ToolArguments.Wrong(at + ".role", "allowed is " + string.Join(", ", s_roles)),
        };
        return new LlmMessage(role, Text(message, at, "content"));
    }

    private static string Text(JsonElement message, string at, string name) =>
        message.TryGetProperty(name, out JsonElement text)
            ? ToolArguments.Text(text, $"{at}.{name}")
            : throw ToolArguments.Wrong($"{at}.{name}", "it is missing");

    private static JsonObject Conversation()
    {
        JsonObject role = ToolSchemas.Text("Who says it");
        role.Add("enum", new JsonArray([.. s_roles.Select(name => (JsonNode)name)]));
        JsonObject message = ToolSchemas.Object(
            new JsonObject { ["role"] = role, ["content"] = ToolSchemas.Text("What is said") }, ["role", "content"]);
        message.Add("additionalProperties", false);
        JsonObject all = ToolSchemas.List(message);
        all.Add("minItems", 1);
        all.Add("maxItems", ToolSchemas.MessagesMost);
        all.Add("description", "The conversation, of which the last message is to be answered");
        return all;
    }
}
