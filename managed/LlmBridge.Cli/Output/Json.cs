using System.Text.Encodings.Web;
using System.Text.Json;

namespace LlmBridge.Cli;

/// <summary>How this program writes JSON: people read it too, so letters stay letters.</summary>
internal static class Json
{
    public static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void WriteTimings(Utf8JsonWriter json, LlmTimings timings)
    {
        json.WriteStartObject("timings_ms");
        WriteMilliseconds(json, "queue", timings.Queue);
        WriteMilliseconds(json, "start", timings.Start);
        WriteMilliseconds(json, "first_token", timings.FirstToken);
        WriteMilliseconds(json, "total", timings.Total);
        json.WriteEndObject();
    }

    public static void WriteMilliseconds(Utf8JsonWriter json, string name, TimeSpan time) =>
        json.WriteNumber(name, Math.Round(time.TotalMilliseconds, 3));
}
