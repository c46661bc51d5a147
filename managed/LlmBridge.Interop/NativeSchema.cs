namespace LlmBridge.Interop;

/// <summary>llmb_schema_check: JSON against a JSON Schema.</summary>
internal static unsafe class NativeSchema
{
    /// <summary>Throws where the schema is none, cannot be checked, or is not kept; a null instance only checks the
    /// schema.</summary>
    public static void Check(ReadOnlySpan<byte> schema, byte[]? instance)
    {
        LibraryLoader.EnsureLoaded();
        NativeError error;
        error.struct_size = (uint)sizeof(NativeError);
        byte empty = 0; // an empty text is none that is missing
        fixed (byte* schemaBytes = schema)
        fixed (byte* instanceBytes = instance)
        {
            byte* given = instance is { Length: 0 } ? &empty : instanceBytes;
            NativeStatus.ThrowIfFailed(
                NativeMethods.llmb_schema_check(
                    schema.IsEmpty ? &empty : schemaBytes, (ulong)schema.Length, given,
                    (ulong)(instance?.Length ?? 0), &error),
                error);
        }
    }
}
