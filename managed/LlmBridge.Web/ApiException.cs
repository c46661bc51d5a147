namespace LlmBridge.Web;

/// <summary>A request that is refused, as OpenAI's interface tells it.</summary>
/// <param name="status">The status of the response.</param>
/// <param name="message">What is wrong, and what is allowed.</param>
internal sealed class ApiException(int status, string message) : Exception(message)
{
    public int Status { get; } = status;

    /// <summary>The kind of error, by OpenAI's names.</summary>
    public string Type { get; init; } = "invalid_request_error";

    /// <summary>What a program can branch on; null where there is none.</summary>
    public string? Code { get; init; }

    /// <summary>The field of the request that is wrong.</summary>
    public string? Field { get; init; }

    /// <summary>In how many seconds asking again may help; null where it does not say.</summary>
    public int? RetryAfter { get; init; }

    /// <summary>llmbridge's own error.</summary>
    public LlmError? Cause { get; init; }

    /// <summary>A field that is not what it may be.</summary>
    public static ApiException Wrong(string field, string message) =>
        new(400, $"{field}: {message}") { Field = field, Code = "invalid_value" };

    /// <summary>A field that asks for what is not there: nothing is silently left out.</summary>
    public static ApiException Unsupported(string field, string message) =>
        new(400, $"{field}: {message}") { Field = field, Code = "unsupported_parameter" };
}
