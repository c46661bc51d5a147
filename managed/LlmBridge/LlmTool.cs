using System.Text;
using System.Text.Json;

namespace LlmBridge;

/// <summary>A function that a model may call; <see cref="CallOptions.Tools"/> takes <see cref="Json"/> of
/// some.</summary>
/// <param name="name">What the model calls it by.</param>
/// <param name="description">What it does, for the model.</param>
/// <param name="parametersJson">A JSON Schema, which the arguments of a call keep; null for any object.</param>
public sealed class LlmTool(string name, string? description = null, string? parametersJson = null)
{
    /// <summary>What the model calls it by.</summary>
    public string Name { get; } = name ?? throw new ArgumentNullException(nameof(name));

    /// <summary>What it does, for the model.</summary>
    public string? Description { get; } = description;

    /// <summary>A JSON Schema, which the arguments of a call keep; null for any object.</summary>
    public string? ParametersJson { get; } = parametersJson;

    /// <summary>The setting tools: a JSON array.</summary>
    /// <exception cref="JsonException">The parameters of one are no JSON.</exception>
    public static string Json(params IEnumerable<LlmTool> tools)
    {
        ArgumentNullException.ThrowIfNull(tools);
        var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            foreach (LlmTool tool in tools) tool.Write(json);
            json.WriteEndArray();
        }
        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    /// <summary>Its name.</summary>
    public override string ToString() => Name;

    private void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type", "function");
        json.WriteStartObject("function");
        json.WriteString("name", Name);
        if (Description is not null) json.WriteString("description", Description);
        if (ParametersJson is not null)
        {
            json.WritePropertyName("parameters");
            json.WriteRawValue(ParametersJson);
        }
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
