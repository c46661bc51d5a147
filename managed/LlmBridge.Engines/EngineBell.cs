using System.IO.Pipes;

namespace LlmBridge.Engines;

/// <summary>Wakes the thread that serves: a descriptor that is readable while somebody has rung and nobody
/// heard.</summary>
internal sealed class EngineBell : IDisposable
{
    private readonly Lock _lock = new();
    private readonly AnonymousPipeServerStream _ringer = new(PipeDirection.Out);
    private readonly AnonymousPipeClientStream _ear;
    private bool _rung;

    public EngineBell() => _ear = new AnonymousPipeClientStream(PipeDirection.In, _ringer.ClientSafePipeHandle);

    public int Descriptor => (int)_ear.SafePipeHandle.DangerousGetHandle();

    public void Ring()
    {
        lock (_lock)
        {
            if (_rung) return;
            _rung = true;
            _ringer.WriteByte(1);
        }
    }

    public void Hear()
    {
        lock (_lock)
        {
            if (!_rung) return;
            _rung = false;
            _ear.ReadByte();
        }
    }

    public void Dispose()
    {
        _ringer.Dispose();
        _ear.Dispose();
    }
}
