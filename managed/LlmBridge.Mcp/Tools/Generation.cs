using System.Text;
using System.Text.Json;
using ModelContextProtocol.Protocol;

namespace LlmBridge.Mcp;

/// <summary>What a question and a conversation have in common: how an answer is made, and how it comes.</summary>
internal static class Generation
{
    public static CallOptions Options(ToolCall call)
    {
        ToolArguments arguments = call.Arguments;
        var options = new CallOptions
        {
            Timeout = call.Limit,
            MaxOutputTokens = (int?)arguments.Whole("max_tokens", 1, ToolSchemas.TokensMost),
            Temperature = arguments.Number("temperature", 0, 100),
            TopP = arguments.Number("top_p", 0, 1),
            Seed = arguments.Whole("seed", 0, uint.MaxValue),
            StopSequences = arguments.Texts("stop", ToolSchemas.StopsMost) is { Count: > 0 } stops ? stops : null,
            Session = arguments.Text("session"),
        };
        if (arguments.Field("json_schema") is { } schema)
        {
            if (schema.ValueKind != JsonValueKind.Object)
            {
                throw ToolArguments.Wrong("json_schema", "allowed is an object");
            }
            options.JsonSchema = schema.GetRawText();
            options.SchemaMode = LlmSchemaMode.Lenient;
        }
        return options;
    }

    /// <summary>Makes the answer, and tells of each piece as it comes.</summary>
    public static async Task<CallToolResult> AnswerAsync(LlmClient client, CallInput input, ToolCall call)
    {
        var text = new StringBuilder();
        LlmUpdate? end = null;
        await foreach (LlmUpdate update in client.UpdatesAsync(input, call.Cancelled))
        {
            if (update.FinishReason is not null)
            {
                end = update;
                continue;
            }
            text.Append(update.Text);
            await call.Progress.StepAsync($"{text.Length} characters of the answer");
        }
        return ToolResults.Answer(text.ToString(), end!);
    }
}
