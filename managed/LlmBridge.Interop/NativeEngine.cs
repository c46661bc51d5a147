namespace LlmBridge.Interop;

/// <summary>llmb_engine_*: the engine's half of the channel, in a process that a keeper has started.</summary>
internal static unsafe class NativeEngine
{
    public static nint Connect(string name, string version)
    {
        LibraryLoader.EnsureLoaded();
        using var nameText = new Utf8.Encoded(name, stackalloc byte[Utf8.StackBytes], nameof(name));
        using var versionText = new Utf8.Encoded(version, stackalloc byte[Utf8.StackBytes], nameof(version));
        NativeError error;
        error.struct_size = (uint)sizeof(NativeError);
        nint engine;
        fixed (byte* namePointer = nameText.Terminated(nameof(name)))
        fixed (byte* versionPointer = versionText.Terminated(nameof(version)))
        {
            NativeStatus.ThrowIfFailed(
                NativeMethods.llmb_engine_connect(namePointer, versionPointer, &engine, &error), error);
        }
        return engine;
    }

    /// <summary>A setting of the bridge; null where it was not set and has no default.</summary>
    public static string? Setting(nint engine, string name)
    {
        using var text = new Utf8.Encoded(name, stackalloc byte[Utf8.StackBytes], nameof(name));
        fixed (byte* pointer = text.Terminated(nameof(name)))
        {
            byte* value = NativeMethods.llmb_engine_setting(engine, pointer);
            return value == null ? null : Utf8.Text(value);
        }
    }

    public static void Loading(nint engine, uint permille) => NativeMethods.llmb_engine_loading(engine, permille);

    public static void Declare(nint engine, NativeEngineAbility abilities) =>
        NativeMethods.llmb_engine_declare(engine, (uint)abilities);

    public static void Ready(nint engine, string infoJson)
    {
        using var text = new Utf8.Encoded(infoJson, stackalloc byte[Utf8.StackBytes], nameof(infoJson));
        NativeError error;
        error.struct_size = (uint)sizeof(NativeError);
        fixed (byte* pointer = text.Terminated(nameof(infoJson)))
        {
            NativeStatus.ThrowIfFailed(NativeMethods.llmb_engine_ready(engine, pointer, &error), error);
        }
    }

    public static void Refuse(nint engine, LlmStatus status, string message)
    {
        using var text = new Utf8.Encoded(Utf8.Sayable(message), stackalloc byte[Utf8.StackBytes], nameof(message));
        fixed (byte* pointer = text.WithNul) NativeMethods.llmb_engine_refuse(engine, status, pointer);
    }

    /// <summary>Waits for a request; false when the host is gone or asks for nothing any more.</summary>
    /// <param name="request">0 when there is none, but perhaps news of others.</param>
    public static bool Next(nint engine, ulong deadlineNs, out nint request)
    {
        nint taken;
        LlmStatus status = NativeMethods.llmb_engine_next(engine, deadlineNs, &taken);
        request = taken;
        return status == LlmStatus.Ok;
    }

    /// <summary>Has Next return also when this descriptor is readable.</summary>
    public static void Watch(nint engine, int descriptor) => NativeMethods.llmb_engine_watch(engine, descriptor);
}
