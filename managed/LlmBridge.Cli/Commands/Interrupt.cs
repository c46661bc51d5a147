using System.Runtime.InteropServices;

namespace LlmBridge.Cli;

/// <summary>Turns the first Ctrl+C, SIGTERM or SIGHUP into a cancellation, so that the engine ends before the process
/// does. A second one ends the process at once; the keeper then ends the engine.</summary>
internal sealed class Interrupt : IDisposable
{
    private const int StatusOfSignal = 128;
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _registrations;
    private int _signal;

    public Interrupt() => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Handle(context, 2)),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Handle(context, 15)),
        PosixSignalRegistration.Create(PosixSignal.SIGHUP, context => Handle(context, 1)),
    ];

    public CancellationToken Token => _source.Token;

    public bool Happened => _signal != 0;

    /// <summary>130 after Ctrl+C, as shells have it.</summary>
    public int ExitStatus => StatusOfSignal + _signal;

    private void Handle(PosixSignalContext context, int number)
    {
        context.Cancel = Interlocked.CompareExchange(ref _signal, number, 0) == 0;
        if (context.Cancel) _source.Cancel();
    }

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations) registration.Dispose();
        _source.Dispose();
    }
}
