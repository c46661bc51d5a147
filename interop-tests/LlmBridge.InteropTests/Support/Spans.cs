using System.Diagnostics;

namespace LlmBridge.InteropTests.Support;

/// <summary>Listens to the library's spans as a tracing SDK does.</summary>
internal sealed class Spans : IDisposable
{
    private readonly List<Activity> _ended = [];
    private readonly ActivityListener _listener;

    public Spans()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "LlmBridge",
            Sample =
                static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span =>
            {
                lock (_ended) _ended.Add(span);
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public IReadOnlyList<Activity> Ended
    {
        get
        {
            lock (_ended) return [.. _ended];
        }
    }

    /// <summary>All that an exporter would send of them, as one text.</summary>
    public string Everything => string.Join('\n',
        Ended.Select(s => $"{s.DisplayName} {s.StatusDescription} {Tags.Describe(s.TagObjects)} {s.Events.Count()}"));

    public void Dispose() => _listener.Dispose();
}
