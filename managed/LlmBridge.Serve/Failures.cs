using LlmBridge.Serve.Messages;
using Microsoft.AspNetCore.Http;

namespace LlmBridge.Serve;

/// <summary>How failures are told: a status and one error object, with llmbridge's own inside.</summary>
internal static class Failures
{
    /// <summary>Fields of requests that the library reads as they are.</summary>
    private static readonly string[] s_fields =
        ["tools", "tool_choice", "session", "messages", "logit_bias", "stop"];

    /// <summary>Runs what answers a request, and tells how it failed.</summary>
    public static async Task GuardAsync(HttpContext context, ServedModel model, RequestDelegate next)
    {
        try
        {
            await next(context);
            if (context.Response is { HasStarted: false, StatusCode: 405 })
            {
                throw new ApiException(405, $"{context.Request.Path} is not for {context.Request.Method}");
            }
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            context.Abort(); // nobody is there to be told
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            await SendAsync(context, Of(e, model));
        }
    }

    /// <summary>A failure as it is told.</summary>
    public static ApiException Of(Exception e, ServedModel model) => e switch
    {
        ApiException known => known,
        LlmException failure => Of(failure.Error, model),
        BadHttpRequestException { StatusCode: 413 } => new ApiException(413, "the request's body is too large"),
        BadHttpRequestException bad => new ApiException(bad.StatusCode, bad.Message),
        ArgumentException wrong => new ApiException(400, wrong.Message) { Code = "invalid_value" },
        OperationCanceledException => new ApiException(503, "the server ends")
        {
            Type = "server_error",
            Code = "cancelled",
        },
        _ => new ApiException(500, $"internal: {e.GetType().Name}: {e.Message}") { Type = "server_error" },
    };

    public static ApiException NoRoute(HttpContext context) => new(
        404, $"there is no {context.Request.Method} {context.Request.Path}")
    {
        Code = "unknown_url",
    };

    private static ApiException Of(LlmError error, ServedModel model)
    {
        (int status, string type, string code) = error.Status switch
        {
            LlmStatus.ContextFull => (400, "invalid_request_error", "context_length_exceeded"),
            LlmStatus.InvalidArgument => (400, "invalid_request_error", "invalid_value"),
            LlmStatus.Unsupported => (400, "invalid_request_error", "unsupported_parameter"),
            LlmStatus.Overloaded => (429, "rate_limit_error", "overloaded"),
            LlmStatus.DeadlineExceeded or LlmStatus.StartTimeout => (504, "timeout_error", error.Code),
            LlmStatus.Unavailable or LlmStatus.NotFound or LlmStatus.SpawnFailed or LlmStatus.ModelInvalid
                or LlmStatus.OutOfMemory => (503, "server_error", error.Code),
            _ => (500, "server_error", error.Code),
        };
        return new ApiException(status, error.Message)
        {
            Field = status == 400 ? FieldOf(error.Message) : null,
            Type = type,
            Code = code,
            Cause = error,
            RetryAfter = status is 429 or 503 ? model.SecondsToWait() : null,
        };
    }

    /// <summary>The library's messages begin with the name of a setting that is wrong.</summary>
    private static string? FieldOf(string message) => s_fields.FirstOrDefault(
        name => message.StartsWith(name + ":", StringComparison.Ordinal));

    private static Task SendAsync(HttpContext context, ApiException failure)
    {
        bool isAnthropics = context.Request.Path.StartsWithSegments(
            MessagesRoutes.Path, StringComparison.OrdinalIgnoreCase);
        return ErrorObject.SendAsync(context, failure, isAnthropics ? MessagesError.Write : ErrorObject.Write);
    }
}
