using System.Globalization;
using Microsoft.Extensions.AI;

namespace LlmBridge;

/// <summary>ChatOptions as CallOptions. Every option is mapped, passed to the library by its setting's name, or refused
/// by name.</summary>
internal static class OptionsMapping
{
    /// <param name="options">The options.</param>
    /// <param name="functions">What may be called; null for nothing.</param>
    /// <param name="client">Who asks.</param>
    /// <param name="modelId">The client's model.</param>
    /// <param name="isNative">Whether functions are called in the model's own way.</param>
    /// <exception cref="NotSupportedException">An option is set that there is nothing for.</exception>
    public static CallOptions Map(
        ChatOptions? options, FunctionCalls? functions, IChatClient client, string? modelId, bool isNative = false)
    {
        if (options is null) return new CallOptions();
        CheckModel(options.ModelId, modelId);
        Refuse(options);
        CallOptions call = Base(options.RawRepresentationFactory?.Invoke(client));
        call.Temperature = options.Temperature is { } temperature ? Exact(temperature) : call.Temperature;
        call.TopP = options.TopP is { } topP ? Exact(topP) : call.TopP;
        call.TopK = options.TopK ?? call.TopK;
        call.MaxOutputTokens = options.MaxOutputTokens ?? call.MaxOutputTokens;
        call.Seed = options.Seed ?? call.Seed;
        if (options.StopSequences is { Count: > 0 } stop) call.StopSequences = [.. stop];
        var named = new Dictionary<string, string>(call.Settings ?? new Dictionary<string, string>());
        Name(named, "frequency_penalty", options.FrequencyPenalty);
        Name(named, "presence_penalty", options.PresencePenalty);
        if (options.Reasoning?.Effort is { } effort) named["thinking"] = effort == ReasoningEffort.None ? "off" : "on";
        foreach ((string name, object? value) in options.AdditionalProperties ?? []) Name(named, name, value);
        if (isNative) NativeTools.AddTo(named, options);
        if (functions is null || isNative) Answer(call, named, options.ResponseFormat);
        else named["json_schema"] = functions.Schema;
        call.Settings = named.Count > 0 ? named : null;
        return call;
    }

    public static void CheckModel(string? asked, string? known)
    {
        if (asked is null || asked == known) return;
        throw new NotSupportedException(
            $"the model '{asked}' is asked for, and this client answers with '{known ?? "its engine's own"}': "
            + "a client has one model");
    }

    private static CallOptions Base(object? raw) => raw switch
    {
        null => new CallOptions(),
        CallOptions given => given.Clone(),
        _ => throw new NotSupportedException(
            $"RawRepresentationFactory makes {raw.GetType().Name}, and not CallOptions"),
    };

    private static void Refuse(ChatOptions options)
    {
        Refuse(options.ConversationId is not null, "ConversationId", "give the whole conversation as messages");
        Refuse(options.ContinuationToken is not null || options.AllowBackgroundResponses == true,
            "AllowBackgroundResponses", "an answer is made while somebody waits for it");
    }

    private static void Refuse(bool isSet, string option, string advice)
    {
        if (isSet) throw new NotSupportedException($"ChatOptions.{option} is not supported: {advice}");
    }

    /// <summary>JSON is checked by the library; one that is unfinished, or not by the schema, is an error.</summary>
    private static void Answer(CallOptions call, Dictionary<string, string> named, ChatResponseFormat? format)
    {
        if (format is not ChatResponseFormatJson json) return;
        call.Expect = LlmExpect.Json;
        if (json.Schema is { } schema) named["json_schema"] = schema.GetRawText();
    }

    private static void Name(Dictionary<string, string> named, string setting, object? value)
    {
        if (value is not null) named[setting] = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
    }

    /// <summary>0.1f is 0.1 and not 0.10000000149.</summary>
    private static double Exact(float number) =>
        double.Parse(number.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
