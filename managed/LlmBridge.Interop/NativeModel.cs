namespace LlmBridge.Interop;

/// <summary>llmb_inspect: what a model file holds.</summary>
internal static unsafe class NativeModel
{
    public static string Inspect(string path)
    {
        LibraryLoader.EnsureLoaded();
        using var text = new Utf8.Encoded(path, stackalloc byte[Utf8.StackBytes], nameof(path));
        NativeError error;
        error.struct_size = (uint)sizeof(NativeError);
        byte* json;
        fixed (byte* pointer = text.Terminated(nameof(path)))
        {
            NativeStatus.ThrowIfFailed(NativeMethods.llmb_inspect(pointer, &json, &error), error);
        }
        try
        {
            return Utf8.Text(json);
        }
        finally
        {
            NativeMethods.llmb_free(json);
        }
    }
}
