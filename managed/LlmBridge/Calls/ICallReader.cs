using LlmBridge.Interop;

namespace LlmBridge;

/// <summary>Takes what has come of a call for an owner who wants it all and no piece of it, so that the owner need not
/// be woken for each. Runs on the pump's thread: it must neither throw nor wait nor allocate.</summary>
internal interface ICallReader
{
    /// <summary>Takes what is there; true when the owner must look: at the end, a failure, or where room is
    /// missing.</summary>
    bool TakeWhatIsThere(CallHandle call);
}
