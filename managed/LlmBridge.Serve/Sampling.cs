using System.Text.Json;

namespace LlmBridge.Serve;

/// <summary>What chat and plain completions have in common: how an answer is made. What a request leaves out is what
/// the server's settings say.</summary>
internal static class Sampling
{
    private const int StopsMax = 16;
    private const long TokensMax = 1_048_576;
    private const int LogprobsMax = 20;

    /// <summary>The call's options.</summary>
    public static CallOptions Read(RequestBody body, TimeSpan? deadline)
    {
        if (body.Whole("n", 1, 1024) is > 1) throw ApiException.Unsupported("n", "one answer is made for a request");
        return new CallOptions
        {
            Timeout = deadline,
            MaxOutputTokens =
                (int?)(body.Whole("max_completion_tokens", 1, TokensMax) ?? body.Whole("max_tokens", 1, TokensMax)),
            Temperature = body.Number("temperature", 0, 100),
            TopP = body.Number("top_p", 0, 1),
            TopK = (int?)body.Whole("top_k", 0, 1_000_000),
            MinP = body.Number("min_p", 0, 1),
            RepeatPenalty = body.Number("repeat_penalty", 0.01, 100),
            PresencePenalty = body.Number("presence_penalty", -2, 2),
            FrequencyPenalty = body.Number("frequency_penalty", -2, 2),
            LogitBias = Biases(body),
            MinTokens = (int?)body.Whole("min_tokens", 0, TokensMax),
            Seed = Seed(body),
            StopSequences = body.Texts("stop", StopsMax) is { Count: > 0 } stops ? stops : null,
        };
    }

    /// <summary>How many tokens are told beside each of the answer's; null where nothing is to be told.</summary>
    public static int? Logprobs(RequestBody body, bool isChat)
    {
        if (!isChat) return (int?)body.Whole("logprobs", 0, LogprobsMax);
        long? beside = body.Whole("top_logprobs", 0, LogprobsMax);
        if (body.Flag("logprobs")) return (int)(beside ?? 0);
        return beside is null or 0 ? null : throw ApiException.Wrong("top_logprobs", "allowed where logprobs is true");
    }

    private static string? Biases(RequestBody body)
    {
        if (body.Field("logit_bias") is not { } biases) return null;
        if (biases.ValueKind == JsonValueKind.Object) return biases.GetRawText();
        throw ApiException.Wrong("logit_bias", "allowed is an object of token ids or texts and numbers");
    }

    /// <summary>Any whole number is a seed; 32 bits of it count.</summary>
    private static long? Seed(RequestBody body) =>
        body.Whole("seed", long.MinValue, long.MaxValue) is { } seed ? seed & uint.MaxValue : null;

    /// <summary>The form that the answer is bound to.</summary>
    public static void ReadFormat(RequestBody body, CallOptions options)
    {
        if (body.Field("response_format") is not { } format) return;
        JsonElement? holder =
            format.ValueKind == JsonValueKind.Object ? RequestBody.Field(format, "json_schema") : null;
        ReadFormat(format, "response_format", holder, "json_schema.schema", options);
    }

    /// <summary>The same where a format and its schema stand otherwise.</summary>
    /// <param name="format">The format.</param>
    /// <param name="name">Its name in the request.</param>
    /// <param name="holder">What has the member "schema".</param>
    /// <param name="schemaName">Where the schema stands in the format.</param>
    /// <param name="options">What is bound.</param>
    public static void ReadFormat(
        JsonElement format, string name, JsonElement? holder, string schemaName, CallOptions options)
    {
        if (format.ValueKind != JsonValueKind.Object) throw ApiException.Wrong(name, "allowed is an object");
        string type = RequestBody.Field(format, "type") is { } given ? RequestBody.Text(given, name + ".type") : "";
        switch (type)
        {
            case "text":
                break;
            case "json_object":
                options.Expect = LlmExpect.Json;
                break;
            case "json_schema":
                JsonElement? schema =
                    holder is { ValueKind: JsonValueKind.Object } outer ? RequestBody.Field(outer, "schema") : null;
                options.JsonSchema = schema?.GetRawText()
                    ?? throw ApiException.Wrong($"{name}.{schemaName}", "it is missing");
                options.SchemaMode = LlmSchemaMode.Lenient;
                break;
            default:
                throw ApiException.Wrong(name + ".type", "allowed is text, json_object or json_schema");
        }
    }

    /// <summary>Whether the request names the model that is here, or none.</summary>
    public static void CheckModel(RequestBody body, ServedModel model)
    {
        string? name = body.Text("model");
        if (string.IsNullOrEmpty(name) || name == model.Name) return;
        throw new ApiException(404, $"model: there is no \"{name}\" here, there is \"{model.Name}\"")
        {
            Code = "model_not_found",
            Field = "model",
        };
    }

    /// <summary>Whether a stream is to tell the tokens' count at its end.</summary>
    public static bool AsksUsage(RequestBody body)
    {
        if (body.Field("stream_options") is not { } options) return false;
        if (options.ValueKind != JsonValueKind.Object || !body.Flag("stream"))
        {
            throw ApiException.Wrong("stream_options", "allowed is an object, where stream is true");
        }
        return RequestBody.Field(options, "include_usage") is { ValueKind: JsonValueKind.True };
    }
}
