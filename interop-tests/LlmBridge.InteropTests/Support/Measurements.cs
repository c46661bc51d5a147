using System.Diagnostics.Metrics;

namespace LlmBridge.InteropTests.Support;

/// <summary>Listens to the library's meter as a metrics SDK does.</summary>
internal sealed class Measurements : IDisposable
{
    private readonly List<Measured> _all = [];
    private readonly MeterListener _listener = new();

    public Measurements()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "LlmBridge") listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>What one instrument measured, that which is only measured on demand included.</summary>
    public IReadOnlyList<Measured> Of(string instrument)
    {
        lock (_all) _all.RemoveAll(m => m.OnDemand);
        _listener.RecordObservableInstruments();
        lock (_all) return [.. _all.Where(m => m.Instrument == instrument)];
    }

    /// <summary>All that an exporter would send, as one text.</summary>
    public string Everything
    {
        get
        {
            _listener.RecordObservableInstruments();
            lock (_all) return string.Join('\n', _all.Select(m => $"{m.Instrument} {m.Value} {Tags.Describe(m.Tags)}"));
        }
    }

    public void Dispose() => _listener.Dispose();

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var measured = new Measured(instrument.Name, instrument.Unit, value,
            new Dictionary<string, object?>(tags.ToArray()), instrument.IsObservable);
        lock (_all) _all.Add(measured);
    }
}

/// <summary>One measurement with its tags.</summary>
internal sealed record Measured(
    string Instrument, string? Unit, double Value, IReadOnlyDictionary<string, object?> Tags, bool OnDemand);
