using LlmBridge.Interop;

namespace LlmBridge.Engines;

/// <summary>The one thread that talks to the host: takes requests, and passes on what the engine has made.</summary>
internal sealed class EngineLoop : IDisposable
{
    private readonly IEngine _engine;
    private readonly nint _handle;
    private readonly EngineBell _bell = new();
    private readonly List<EngineWork> _works = []; // at most one a slot

    public EngineLoop(IEngine engine, nint handle)
    {
        _engine = engine;
        _handle = handle;
        NativeEngine.Watch(handle, _bell.Descriptor);
    }

    public void Serve()
    {
        while (NativeEngine.Next(_handle, NextDeadlineNs(), out nint request))
        {
            if (request != 0)
            {
                NativeRequest.Accept(request);
                _works.Add(new EngineWork(_engine, request, _bell));
            }
            _bell.Hear();
            _works.RemoveAll(PassOn);
        }
    }

    private static bool PassOn(EngineWork work)
    {
        if (!work.PassOn()) return false;
        work.Dispose();
        return true;
    }

    private ulong NextDeadlineNs()
    {
        ulong next = NativeClock.Never;
        foreach (EngineWork work in _works) next = Math.Min(next, work.DeadlineNs);
        return next;
    }

    public void Dispose() => _bell.Dispose();
}
