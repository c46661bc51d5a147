using System.Text.Json;
using Microsoft.Extensions.AI;

namespace LlmBridge;

/// <summary>Functions that a model may call in its own way, by the setting tools. Where its template has none,
/// <see cref="FunctionCalls"/> stand in.</summary>
internal static class NativeTools
{
    private static readonly JsonDocumentOptions s_deep = new() { MaxDepth = 512 };

    /// <summary>Puts the functions into the call's settings.</summary>
    public static void AddTo(Dictionary<string, string> named, ChatOptions options)
    {
        named["tools"] = LlmTool.Json(options.Tools!.Cast<AIFunctionDeclaration>().Select(function => new LlmTool(
            function.Name, function.Description is { Length: > 0 } said ? said : null, Parameters(function))));
        if (options.ToolMode is RequiredChatToolMode required)
        {
            named["tool_choice"] = required.RequiredFunctionName ?? "required";
        }
        if (options.AllowMultipleToolCalls is { } several) named["parallel_tool_calls"] = several ? "on" : "off";
    }

    /// <summary>Whether the engine has no way for functions, and nothing has begun.</summary>
    public static bool IsRefusal(LlmException failure) =>
        failure.Error.Status == LlmStatus.Unsupported && failure.Message.Contains("tools", StringComparison.Ordinal);

    /// <summary>What was thought, said and called.</summary>
    public static List<AIContent> Contents(string text, string reasoning, IReadOnlyList<LlmToolCall> calls)
    {
        var contents = new List<AIContent>();
        if (reasoning.Length > 0) contents.Add(new TextReasoningContent(reasoning));
        if (text.Length > 0) contents.Add(new TextContent(text));
        contents.AddRange(calls.Select(Call));
        return contents;
    }

    private static FunctionCallContent Call(LlmToolCall call)
    {
        using JsonDocument arguments = JsonDocument.Parse(call.ArgumentsJson, s_deep);
        return new FunctionCallContent(call.Id, call.Name, arguments.RootElement.EnumerateObject()
            .ToDictionary(argument => argument.Name, argument => (object?)argument.Value.Clone()));
    }

    /// <summary>A function without parameters has a schema of true or none in some generators.</summary>
    private static string? Parameters(AIFunctionDeclaration function) =>
        function.JsonSchema.ValueKind == JsonValueKind.Object ? function.JsonSchema.GetRawText() : null;
}
