using System.Runtime.InteropServices;

namespace LlmBridge.Cli;

/// <summary>Turns the first Ctrl+C, SIGTERM or SIGHUP into a cancellation, so that the engine ends before the process
/// does. A second one ends the process at once; the keeper then ends the engine.</summary>
internal sealed class Interrupt : IDisposable
{
    private const int StatusOfSignal = 128;
    private const int SignalInterrupt = 2;
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _registrations;
    private int _signal;
    private CancellationTokenSource? _turn;

    public Interrupt() => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Handle(context, SignalInterrupt)),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Handle(context, 15)),
        PosixSignalRegistration.Create(PosixSignal.SIGHUP, context => Handle(context, 1)),
    ];

    public CancellationToken Token => _source.Token;

    public bool Happened => _signal != 0;

    /// <summary>130 after Ctrl+C, as shells have it.</summary>
    public int ExitStatus => StatusOfSignal + _signal;

    /// <summary>Until EndTurn, a first Ctrl+C cancels this only.</summary>
    public CancellationTokenSource BeginTurn()
    {
        var turn = CancellationTokenSource.CreateLinkedTokenSource(Token);
        Volatile.Write(ref _turn, turn);
        return turn;
    }

    public void EndTurn() => Interlocked.Exchange(ref _turn, null);

    private void Handle(PosixSignalContext context, int number)
    {
        if (number == SignalInterrupt && Interlocked.Exchange(ref _turn, null) is { } turn)
        {
            context.Cancel = true;
            CancelUnlessOver(turn);
            return;
        }
        context.Cancel = Interlocked.CompareExchange(ref _signal, number, 0) == 0;
        if (context.Cancel) _source.Cancel();
    }

    /// <summary>The turn may end just while its signal comes.</summary>
    private static void CancelUnlessOver(CancellationTokenSource turn)
    {
        try
        {
            turn.Cancel();
        }
        catch (ObjectDisposedException)
        {
        }
    }

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations) registration.Dispose();
        _source.Dispose();
    }
}
