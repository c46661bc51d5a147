using LlmBridge.Interop;
using Microsoft.Extensions.Logging;

namespace LlmBridge;

/// <summary>Hands a bridge's events to the application's logger, each once. Nothing of ours waits for events: they are
/// taken when a call ends, on the thread of whoever awaits it.</summary>
internal sealed class EventLog(BridgeHandle bridge, ILogger logger)
{
    private readonly Lock _lock = new();
    private long _last;

    public void WriteNews()
    {
        if (!logger.IsEnabled(LogLevel.Error)) return; // nothing that is written weighs more
        try
        {
            // The logger is the application's code: it must not run under a lock of ours.
            List<LlmEvent> news = TakeNews(out long lost);
            if (lost > 0) logger.EventsLost(lost);
            foreach (LlmEvent one in news) Write(one);
        }
        catch (Exception e) when (e is ObjectDisposedException or LlmException)
        {
            // The bridge is closed: its last events were written before.
        }
    }

    private List<LlmEvent> TakeNews(out long lost)
    {
        lock (_lock)
        {
            List<LlmEvent> news = EventReader.Read(bridge, _last);
            lost = news.Count > 0 ? news[0].Sequence - _last - 1 : 0;
            if (news.Count > 0) _last = news[^1].Sequence;
            return news;
        }
    }

    private void Write(LlmEvent news)
    {
        switch (news.Kind)
        {
            case LlmEventKind.EngineStarting: logger.EngineStarting(news.Text); break;
            case LlmEventKind.EngineReady: logger.EngineReady(news.ProcessId, news.Text); break;
            case LlmEventKind.EngineRetired: logger.EngineRetired(news.ProcessId, news.Text); break;
            case LlmEventKind.EngineFailed:
                logger.EngineFailed(news.ProcessId, news.Status.Name(), news.Exit, news.Text);
                break;
            case LlmEventKind.StartDelayed: logger.StartDelayed(news.Text); break;
            case LlmEventKind.Breaker: logger.BreakerChanged(news.Text); break;
            case LlmEventKind.CallMoved: logger.CallMoved(news.CallId, news.Text); break;
            case LlmEventKind.CallFailed: logger.CallFailed(news.CallId, news.Status.Name(), news.Text); break;
            case LlmEventKind.CallRefused: logger.CallRefused(news.Status.Name(), news.Text); break;
            case LlmEventKind.Session: logger.SessionFound(news.Text); break;
            case LlmEventKind.SandboxIncomplete: logger.SandboxIncomplete(news.ProcessId, news.Text); break;
            default: logger.Unnamed((int)news.Kind, news.Text); break;
        }
    }
}
