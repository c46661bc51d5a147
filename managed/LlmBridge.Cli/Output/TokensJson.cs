using System.Text.Json.Serialization;

namespace LlmBridge.Cli;

/// <summary>The tokens of a text.</summary>
internal sealed record TokensJson(IReadOnlyList<TokenJson> Tokens);

/// <summary>A token's number and its text, control tokens spelled.</summary>
internal sealed record TokenJson(int Id, string Text);

/// <summary>How probable a token of an answer was; of the likeliest ones at its place there is no list of
/// others.</summary>
internal sealed record LogprobJson(
    string Token, double Logprob,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Id,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<int>? Bytes,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<LogprobJson>? TopLogprobs)
{
    public static LogprobJson Of(LlmTokenLogProbability token) =>
        OfOne(token) with { TopLogprobs = [.. token.Top.Select(OfOne)] };

    private static LogprobJson OfOne(LlmTokenLogProbability token) => new(
        token.Token, token.LogProbability, token.Id, token.Bytes?.ToArray().Select(one => (int)one).ToArray(), null);
}
