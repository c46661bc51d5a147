using System.Runtime.InteropServices;

namespace LlmBridge.Web;

/// <summary>When a server ends: its caller says so, or a signal, the end of its input, the end of its parent.</summary>
internal sealed class ServerLife : IDisposable
{
    private const string Stat = "/proc/self/stat";
    private const int ParentField = 1; // behind the name in parentheses: state, parent
    private static readonly TimeSpan s_looksEvery = TimeSpan.FromMilliseconds(500);

    private readonly CancellationTokenSource _ended;
    private readonly PosixSignalRegistration[] _signals;

    public ServerLife(CancellationToken cancelled)
    {
        _ended = CancellationTokenSource.CreateLinkedTokenSource(cancelled);
        _signals = [EndWith(PosixSignal.SIGINT), EndWith(PosixSignal.SIGTERM)];
    }

    /// <summary>Cancelled when the server is to end.</summary>
    public CancellationToken Ended => _ended.Token;

    public void End() => _ = _ended.CancelAsync();

    /// <summary>Waits until the server is to end.</summary>
    public Task WaitAsync() => Task.Delay(Timeout.Infinite, Ended).ContinueWith(
        _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);

    /// <summary>Ends the server with its standard input, of which nothing else is wanted.</summary>
    public async Task EndWithInputAsync()
    {
        await using Stream input = Console.OpenStandardInput();
        byte[] ignored = new byte[256];
        while (await input.ReadAsync(ignored) > 0)
        {
            // What is said there means nothing.
        }
        End();
    }

    /// <summary>Ends the server with the process that started it, whose end makes another the parent. A pipe tells
    /// less: others may hold its end too.</summary>
    public async Task EndWithParentAsync()
    {
        using var timer = new PeriodicTimer(s_looksEvery);
        try
        {
            int first = Parent();
            while (await timer.WaitForNextTickAsync(Ended))
            {
                if (Parent() == first) continue;
                End();
                return;
            }
        }
        catch (OperationCanceledException)
        {
            // It ends already.
        }
    }

    public void Dispose()
    {
        foreach (PosixSignalRegistration signal in _signals) signal.Dispose();
        _ended.Dispose();
    }

    private static int Parent()
    {
        string stat = File.ReadAllText(Stat);
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return int.Parse(fields[ParentField], System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>The first such signal ends the server in peace, the second at once.</summary>
    private PosixSignalRegistration EndWith(PosixSignal signal) => PosixSignalRegistration.Create(signal, context =>
    {
        if (_ended.IsCancellationRequested) return;
        context.Cancel = true;
        End();
    });
}
