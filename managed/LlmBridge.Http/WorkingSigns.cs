using LlmBridge.Engines;

namespace LlmBridge.Http;

/// <summary>Says for requests that this process works: how long a server may be silent is looked after elsewhere, so
/// that a silent server is not taken for a hanging engine. One timer for all, since one for each would wake a thread
/// with each request.</summary>
internal sealed class WorkingSigns : IDisposable
{
    private static readonly TimeSpan s_period = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly HashSet<EngineRequest> _requests = [];
    private readonly Timer _timer;

    public WorkingSigns() => _timer = new Timer(_ => TellAll(), null, s_period, s_period);

    /// <summary>Says so for this request until what is returned is disposed of.</summary>
    /// <param name="stall">After how long without a sign a request counts as hung.</param>
    public IDisposable Tell(EngineRequest request, TimeSpan stall)
    {
        var told = new Told(this, request);
        lock (_lock) _requests.Add(request);
        if (stall > TimeSpan.Zero && stall < 4 * s_period)
        {
            TimeSpan period = TimeSpan.FromMilliseconds(Math.Max(1, stall.TotalMilliseconds / 4));
            told.Own = new Timer(_ => TellOne(request), null, period, period);
        }
        return told;
    }

    public void Dispose() => _timer.Dispose();

    private void TellAll()
    {
        lock (_lock)
        {
            foreach (EngineRequest request in _requests) request.Progress();
        }
    }

    private void TellOne(EngineRequest request)
    {
        lock (_lock)
        {
            if (_requests.Contains(request)) request.Progress();
        }
    }

    /// <summary>After its end the request is not looked at any more: it may be another one's memory by then.</summary>
    private sealed class Told(WorkingSigns signs, EngineRequest request) : IDisposable
    {
        public Timer? Own { get; set; }

        public void Dispose()
        {
            Own?.Dispose();
            lock (signs._lock) signs._requests.Remove(request);
        }
    }
}
