using Microsoft.Extensions.Logging;

namespace LlmBridge.InteropTests.Support;

/// <summary>An application's logging that keeps what it is given.</summary>
internal sealed class RecordingLog : ILoggerFactory, ILogger
{
    private readonly List<LogEntry> _entries = [];
    private string _category = "";

    public IReadOnlyList<LogEntry> Entries
    {
        get
        {
            lock (_entries) return [.. _entries];
        }
    }

    /// <summary>All that a logging provider would write, as one text.</summary>
    public string Everything => string.Join('\n', Entries.Select(e => e.Message));

    public ILogger CreateLogger(string categoryName)
    {
        _category = categoryName;
        return this;
    }

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter)
    {
        lock (_entries) _entries.Add(new LogEntry(_category, logLevel, eventId.Id, formatter(state, exception)));
    }

    public bool IsEnabled(LogLevel logLevel) => true;

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public void Dispose() { }
}

/// <summary>One line of a log.</summary>
internal sealed record LogEntry(string Category, LogLevel Level, int Id, string Message);
