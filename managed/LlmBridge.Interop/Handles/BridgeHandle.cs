using System.Runtime.InteropServices;

namespace LlmBridge.Interop;

/// <summary>An open bridge; closing it ends its workers.</summary>
internal sealed class BridgeHandle() : SafeHandle(0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        NativeMethods.llmb_bridge_close(handle);
        return true;
    }
}
