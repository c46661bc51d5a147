using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace LlmBridge.Cli;

/// <summary>Every type that this program prints as JSON. Members are named in snake case and written in the order of
/// their declaration.</summary>
[JsonSerializable(typeof(ReplyJson))]
[JsonSerializable(typeof(CalledJson))]
[JsonSerializable(typeof(EmbeddingsJson))]
[JsonSerializable(typeof(DoctorJson))]
[JsonSerializable(typeof(InstallationJson))]
[JsonSerializable(typeof(SharedJson))]
[JsonSerializable(typeof(SessionsJson))]
[JsonSerializable(typeof(SessionJson))]
[JsonSerializable(typeof(StoppedJson))]
[JsonSerializable(typeof(WatchJson))]
[JsonSerializable(typeof(ModelJson))]
[JsonSerializable(typeof(SavedMessage[]))]
[JsonSerializable(typeof(TokensJson))]
[JsonSerializable(typeof(string))]
internal sealed partial class Json : JsonSerializerContext
{
    /// <summary>People read it too, so letters stay letters.</summary>
    public static Json Readable { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    /// <summary>One value and a newline, in one piece, so that whoever reads along never sees half of it.</summary>
    public static byte[] Line<T>(T value, JsonTypeInfo<T> type) =>
        [.. JsonSerializer.SerializeToUtf8Bytes(value, type), (byte)'\n'];

    /// <summary>What the library says of others, such as shared engines' servers: true JSON, of which not all can be
    /// read here.</summary>
    /// <exception cref="LlmException">It cannot be read: half a character, or too deep.</exception>
    public static T Read<T>(string json, JsonTypeInfo<T> type, string what) where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(json, type) ?? throw new JsonException("null");
        }
        catch (JsonException e)
        {
            string message = $"what is said of {what} cannot be read: {e.Message}";
            throw new LlmException(new LlmError { Status = LlmStatus.OutputInvalid, Message = message }, e);
        }
    }

    public static double Milliseconds(TimeSpan time) => Math.Round(time.TotalMilliseconds, 3);
}
