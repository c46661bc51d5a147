using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace LlmBridge.Mcp;

/// <summary>Tells a client that asked for it that its call moves: while the model loads, by how much of it is there,
/// and then with what the engine has made. Nothing is told of a call that stands still, so that a client's own limit on
/// silence means something.</summary>
internal sealed class CallProgress : IAsyncDisposable
{
    private static readonly TimeSpan s_atMostEvery = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_looksAtLoadEvery = TimeSpan.FromMilliseconds(500);

    private readonly McpServer _server;
    private readonly ProgressToken? _token;
    private readonly CancellationTokenSource _over = new();
    private readonly SemaphoreSlim _turn = new(1);
    private readonly Task _loading;
    private double _loaded;
    private long _steps;
    private long _lastTold;

    /// <param name="token">By what name the client wants to be told; null where it does not.</param>
    public CallProgress(LlmClient client, McpServer server, ProgressToken? token)
    {
        _server = server;
        _token = token;
        _loading = token is null ? Task.CompletedTask : TellOfLoadAsync(client);
    }

    /// <summary>Something has come: a piece of an answer, a vector.</summary>
    public async ValueTask StepAsync(string message)
    {
        if (_token is null) return;
        _steps++;
        bool isEarly = _lastTold != 0 && TimeProvider.System.GetElapsedTime(_lastTold) < s_atMostEvery;
        if (isEarly) return;
        _lastTold = TimeProvider.System.GetTimestamp();
        await TellAsync(message);
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await _loading; // nothing is told of a call that has ended
        _over.Dispose();
        _turn.Dispose();
    }

    private async Task TellOfLoadAsync(LlmClient client)
    {
        using var timer = new PeriodicTimer(s_looksAtLoadEvery);
        try
        {
            while (Interlocked.Read(ref _steps) == 0 && await timer.WaitForNextTickAsync(_over.Token))
            {
                double now = client.LoadProgress;
                if (now <= _loaded || Interlocked.Read(ref _steps) > 0) continue;
                _loaded = now;
                await TellAsync(FormattableString.Invariant($"{now * 100:F0} % of the model is loaded"));
            }
        }
        catch (OperationCanceledException)
        {
            // The call is over.
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            // The client has gone: the call learns so by itself.
        }
    }

    /// <summary>A number that only grows: a part of one for the load, then one more for each step.</summary>
    private async Task TellAsync(string message)
    {
        await _turn.WaitAsync(_over.Token);
        try
        {
            var value = new ProgressNotificationValue
            {
                Progress = (float)(_loaded + Interlocked.Read(ref _steps)),
                Message = message,
            };
            await _server.NotifyProgressAsync(_token!.Value, value, cancellationToken: _over.Token);
        }
        finally
        {
            _turn.Release();
        }
    }
}
