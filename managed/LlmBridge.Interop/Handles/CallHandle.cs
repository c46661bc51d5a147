using System.Runtime.InteropServices;

namespace LlmBridge.Interop;

/// <summary>A call in flight; closing it cancels what has not ended.</summary>
internal sealed class CallHandle() : SafeHandle(0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        NativeMethods.llmb_call_close(handle);
        return true;
    }
}
