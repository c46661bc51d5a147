namespace LlmBridge.Interop;

/// <summary>llmb_bridge_* and llmb_pump_*: one engine configuration and its workers.</summary>
internal static unsafe class NativeBridge
{
    public static BridgeHandle Open(SettingsHandle settings)
    {
        LibraryLoader.EnsureLoaded();
        NativeError error;
        error.struct_size = (uint)sizeof(NativeError);
        LlmStatus status = NativeMethods.llmb_bridge_open(settings, out BridgeHandle bridge, &error);
        if (status != LlmStatus.Ok) bridge.Dispose();
        NativeStatus.ThrowIfFailed(status, error);
        return bridge;
    }

    /// <summary>Waits for a ready worker; false when the deadline passed first.</summary>
    public static bool Start(BridgeHandle bridge, ulong deadlineNs)
    {
        NativeError error;
        error.struct_size = (uint)sizeof(NativeError);
        LlmStatus status = NativeMethods.llmb_bridge_start(bridge, deadlineNs, &error);
        if (status == LlmStatus.DeadlineExceeded) return false;
        NativeStatus.ThrowIfFailed(status, error);
        return true;
    }

    /// <summary>What the engine said of itself and its model, as JSON.</summary>
    public static string Info(BridgeHandle bridge)
    {
        NativeError error;
        error.struct_size = (uint)sizeof(NativeError);
        byte* json;
        NativeStatus.ThrowIfFailed(NativeMethods.llmb_bridge_info(bridge, &json, &error), error);
        try
        {
            return Utf8.Text(json);
        }
        finally
        {
            NativeMethods.llmb_free(json);
        }
    }

    public static int LoadProgressPermille(BridgeHandle bridge)
    {
        uint permille;
        NativeStatus.ThrowIfFailed(
            NativeMethods.llmb_bridge_load_progress(bridge, &permille), "looking at the load progress");
        return (int)permille;
    }

    public static int SandboxLayers(BridgeHandle bridge)
    {
        uint layers;
        NativeStatus.ThrowIfFailed(NativeMethods.llmb_bridge_sandbox(bridge, &layers), "asking for the sandbox");
        return (int)layers;
    }

    public static long WorkerPid(BridgeHandle bridge)
    {
        long pid;
        NativeStatus.ThrowIfFailed(NativeMethods.llmb_bridge_worker_pid(bridge, &pid), "looking for the worker");
        return pid;
    }

    /// <summary>Waits for news of watched calls; returns how many tokens it wrote, 0 after a wake.</summary>
    public static int PumpWait(BridgeHandle bridge, Span<ulong> tokens, ulong deadlineNs)
    {
        NativeError error;
        error.struct_size = (uint)sizeof(NativeError);
        uint count;
        fixed (ulong* pointer = tokens)
        {
            NativeStatus.ThrowIfFailed(
                NativeMethods.llmb_pump_wait(bridge, pointer, (uint)tokens.Length, deadlineNs, &count, &error), error);
        }
        return (int)count;
    }

    public static void PumpWake(BridgeHandle bridge) =>
        NativeStatus.ThrowIfFailed(NativeMethods.llmb_pump_wake(bridge), "waking the pump");
}
