using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace LlmBridge;

/// <summary>The error object, its members named and ordered as the C library has them.</summary>
internal sealed record ErrorJson(
    string Code, int Status, string Message, string Phase, string Engine, int OsCode, ErrorExitJson? Exit,
    bool RetrySafe, int Attempts, double ElapsedMs, string EngineLog)
{
    public static ErrorJson Of(LlmError error) => new(
        error.Code, (int)error.Status, error.Message, error.Phase.Name(), error.Engine, error.OsCode,
        ErrorExitJson.Of(error), error.RetrySafe, error.Attempts, Math.Round(error.Elapsed.TotalMilliseconds, 1),
        error.EngineLog);
}

internal sealed record ErrorExitJson(string Kind, int Value)
{
    public static ErrorExitJson? Of(LlmError error) => error.ExitKind switch
    {
        LlmExitKind.None => null,
        LlmExitKind.Code => new ErrorExitJson("exit", error.ExitValue),
        _ => new ErrorExitJson(error.ExitKind.Name(), error.ExitValue),
    };
}

[JsonSerializable(typeof(ErrorJson))]
internal sealed partial class ErrorJsonContext : JsonSerializerContext
{
    /// <summary>People read it too, so letters stay letters.</summary>
    public static ErrorJsonContext Readable { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
