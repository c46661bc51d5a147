using System.Text.Json;
using System.Text.Json.Serialization;

namespace LlmBridge.Cli;

/// <summary>A report as one JSON object.</summary>
/// <param name="Installation">What is found where, as the library says it.</param>
/// <param name="Model">What the model's file holds, as the library says it; left out where it could not be
/// read.</param>
internal sealed record DoctorJson(
    bool Ok,
    IReadOnlyList<DoctorFinding> Checks,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    [property: JsonConverter(typeof(JsonAsIs))]
    string? Installation,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    [property: JsonConverter(typeof(JsonAsIs))]
    string? Model);

/// <summary>Text that is JSON already.</summary>
internal sealed class JsonAsIs : JsonConverter<string>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException();

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
        writer.WriteRawValue(value);
}
