using System.Text;
using LlmBridge.Interop;

namespace LlmBridge;

/// <summary>JSON Schema, drafts 2020-12 and 7, as the library checks answers against it.</summary>
public static class LlmSchema
{
    /// <summary>Checks a schema, and an instance against it where one is given.</summary>
    /// <exception cref="LlmException">The schema is none, cannot be checked here (<see cref="LlmStatus.Unsupported"/>),
    /// or the instance does not keep it (<see cref="LlmStatus.OutputInvalid"/>); the message says where.</exception>
    public static void Check(string schema, string? instance = null)
    {
        ArgumentNullException.ThrowIfNull(schema);
        NativeSchema.Check(Encoding.UTF8.GetBytes(schema), instance is null ? null : Encoding.UTF8.GetBytes(instance));
    }
}
