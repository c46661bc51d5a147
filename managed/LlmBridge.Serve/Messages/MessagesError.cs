using System.Text.Json;

namespace LlmBridge.Serve.Messages;

/// <summary>Failures in the form of Anthropic's Messages API.</summary>
internal static class MessagesError
{
    /// <summary>The object {"type": "error", "error": ...}.</summary>
    public static void Write(Utf8JsonWriter json, ApiException failure)
    {
        json.WriteStartObject();
        json.WriteString("type", "error");
        json.WriteStartObject("error");
        json.WriteString("type", failure.Status switch
        {
            400 or 405 or 415 => "invalid_request_error",
            401 => "authentication_error",
            403 => "permission_error",
            404 => "not_found_error",
            413 => "request_too_large",
            429 => "rate_limit_error",
            503 => "overloaded_error",
            504 => "timeout_error",
            _ => "api_error",
        });
        // The words by which Anthropic's clients know that a conversation has to be shortened.
        bool isTooLong = failure.Code == "context_length_exceeded";
        json.WriteString("message", isTooLong ? "prompt is too long: " + failure.Message : failure.Message);
        if (failure.Cause is { } cause)
        {
            json.WritePropertyName("llmbridge");
            json.WriteRawValue(cause.ToJson());
        }
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
