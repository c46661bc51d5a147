namespace LlmBridge.Interop;

/// <summary>llmb_session_list, llmb_session_read and llmb_session_delete: conversations that are kept.</summary>
internal static unsafe class NativeSession
{
    public static string List(SettingsHandle settings)
    {
        LibraryLoader.EnsureLoaded();
        NativeError error;
        error.struct_size = (uint)sizeof(NativeError);
        byte* json;
        NativeStatus.ThrowIfFailed(NativeMethods.llmb_session_list(settings, &json, &error), error);
        return Take(json);
    }

    public static string Read(SettingsHandle settings, string name)
    {
        LibraryLoader.EnsureLoaded();
        NativeError error;
        error.struct_size = (uint)sizeof(NativeError);
        byte* json;
        using var text = new Utf8.Encoded(name, stackalloc byte[Utf8.StackBytes], nameof(name));
        fixed (byte* pointer = text.Terminated(nameof(name)))
        {
            NativeStatus.ThrowIfFailed(NativeMethods.llmb_session_read(settings, pointer, &json, &error), error);
        }
        return Take(json);
    }

    public static void Delete(SettingsHandle settings, string name)
    {
        LibraryLoader.EnsureLoaded();
        NativeError error;
        error.struct_size = (uint)sizeof(NativeError);
        using var text = new Utf8.Encoded(name, stackalloc byte[Utf8.StackBytes], nameof(name));
        fixed (byte* pointer = text.Terminated(nameof(name)))
        {
            NativeStatus.ThrowIfFailed(NativeMethods.llmb_session_delete(settings, pointer, &error), error);
        }
    }

    private static string Take(byte* json)
    {
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
