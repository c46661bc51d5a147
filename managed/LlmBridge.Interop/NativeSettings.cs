namespace LlmBridge.Interop;

/// <summary>llmb_settings_*: a set of settings, by name and value.</summary>
internal static unsafe class NativeSettings
{
    public static SettingsHandle Create()
    {
        LibraryLoader.EnsureLoaded();
        NativeError error;
        error.struct_size = (uint)sizeof(NativeError);
        LlmStatus status = NativeMethods.llmb_settings_create(out SettingsHandle settings, &error);
        if (status == LlmStatus.Ok) return settings;
        settings.Dispose();
        NativeStatus.ThrowIfFailed(status, error);
        return SettingsHandle.None;
    }

    /// <param name="name">ASCII, followed in memory by a NUL, as a u8 literal is.</param>
    public static void Set(SettingsHandle settings, ReadOnlySpan<byte> name, string value)
    {
        using var text = new Utf8.Encoded(value, stackalloc byte[Utf8.StackBytes], "value of a setting");
        fixed (byte* namePointer = name)
        fixed (byte* valuePointer = text.Terminated("value of a setting"))
        {
            NativeError error;
            error.struct_size = (uint)sizeof(NativeError);
            NativeStatus.ThrowIfFailed(
                NativeMethods.llmb_settings_set(settings, namePointer, valuePointer, &error), error);
        }
    }

    public static void Set(SettingsHandle settings, string name, string value)
    {
        using var text = new Utf8.Encoded(name, stackalloc byte[Utf8.StackBytes], "name of a setting");
        Set(settings, text.Terminated("name of a setting"), value);
    }

    /// <summary>The table of all settings as JSON.</summary>
    public static string Table()
    {
        LibraryLoader.EnsureLoaded();
        return Utf8.Text(NativeMethods.llmb_settings_json());
    }

    /// <summary>What each engine can do, as JSON.</summary>
    public static string Engines()
    {
        LibraryLoader.EnsureLoaded();
        return Utf8.Text(NativeMethods.llmb_engines_json());
    }
}
