namespace LlmBridge.Interop;

/// <summary>llmb_installation_examine: what is installed where.</summary>
internal static unsafe class NativeInstallation
{
    public static string Examine(SettingsHandle settings)
    {
        LibraryLoader.EnsureLoaded();
        NativeError error;
        error.struct_size = (uint)sizeof(NativeError);
        byte* json;
        NativeStatus.ThrowIfFailed(NativeMethods.llmb_installation_examine(settings, &json, &error), error);
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
