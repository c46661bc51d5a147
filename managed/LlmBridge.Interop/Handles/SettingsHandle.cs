using System.Runtime.InteropServices;

namespace LlmBridge.Interop;

/// <summary>A set of settings, closed with it.</summary>
internal sealed class SettingsHandle() : SafeHandle(0, ownsHandle: true)
{
    /// <summary>Stands for NULL: no settings.</summary>
    public static readonly SettingsHandle None = new();

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        NativeMethods.llmb_settings_close(handle);
        return true;
    }
}
