namespace LlmBridge.Interop;

/// <summary>llmb_shared_list and llmb_shared_stop: the shared engines of this user.</summary>
internal static unsafe class NativeShared
{
    public static string List(SettingsHandle settings)
    {
        LibraryLoader.EnsureLoaded();
        NativeError error;
        error.struct_size = (uint)sizeof(NativeError);
        byte* json;
        NativeStatus.ThrowIfFailed(NativeMethods.llmb_shared_list(settings, &json, &error), error);
        return Take(json);
    }

    public static string Stop(SettingsHandle settings, string key)
    {
        LibraryLoader.EnsureLoaded();
        NativeError error;
        error.struct_size = (uint)sizeof(NativeError);
        byte* json;
        using var text = new Utf8.Encoded(key, stackalloc byte[Utf8.StackBytes], nameof(key));
        fixed (byte* pointer = text.Terminated(nameof(key)))
        {
            NativeStatus.ThrowIfFailed(NativeMethods.llmb_shared_stop(settings, pointer, &json, &error), error);
        }
        return Take(json);
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
