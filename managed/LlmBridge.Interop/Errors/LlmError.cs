using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace LlmBridge;

/// <summary>What failed and why: the same facts that every host of the library gets.</summary>
public sealed record LlmError
{
    private static readonly JsonWriterOptions s_jsonOptions =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>How the call ended.</summary>
    public required LlmStatus Status { get; init; }

    /// <summary>One or two sentences: the step that failed, the value concerned, what is allowed.</summary>
    public required string Message { get; init; }

    /// <summary>What was being done.</summary>
    public LlmPhase Phase { get; init; }

    /// <summary>The engine concerned, empty if none.</summary>
    public string Engine { get; init; } = "";

    /// <summary>errno of the failing step, 0 if none.</summary>
    public int OsCode { get; init; }

    /// <summary>How the engine's process ended, if that is why the call failed.</summary>
    public LlmExitKind ExitKind { get; init; }

    /// <summary>Exit status or signal number of the engine's process.</summary>
    public int ExitValue { get; init; }

    /// <summary>True when repeating the call cannot do anything twice.</summary>
    public bool RetrySafe { get; init; }

    /// <summary>How many engines the call was given to.</summary>
    public int Attempts { get; init; }

    /// <summary>From the start of the call to the failure.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>The engine's last lines on stderr; text of the engine's, not to be trusted.</summary>
    public string EngineLog { get; init; } = "";

    /// <summary>The status's name, such as "engine_crashed".</summary>
    public string Code => Status.Name();

    /// <summary>The error as the JSON object that the C functions and the command line give.</summary>
    public string ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, s_jsonOptions))
        {
            json.WriteStartObject();
            json.WriteString("code", Code);
            json.WriteNumber("status", (int)Status);
            json.WriteString("message", Message);
            json.WriteString("phase", Phase.Name());
            json.WriteString("engine", Engine);
            json.WriteNumber("os_code", OsCode);
            WriteExit(json);
            json.WriteBoolean("retry_safe", RetrySafe);
            json.WriteNumber("attempts", Attempts);
            json.WriteNumber("elapsed_ms", Math.Round(Elapsed.TotalMilliseconds, 1));
            json.WriteString("engine_log", EngineLog);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private void WriteExit(Utf8JsonWriter json)
    {
        if (ExitKind == LlmExitKind.None)
        {
            json.WriteNull("exit");
            return;
        }
        json.WriteStartObject("exit");
        json.WriteString("kind", ExitKind == LlmExitKind.Code ? "exit" : ExitKind.Name());
        json.WriteNumber("value", ExitValue);
        json.WriteEndObject();
    }
}
