using LlmBridge.Interop;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LlmBridge;

/// <summary>What a client tells of its calls and of its bridge, to those who listen.</summary>
internal sealed class ClientTelemetry
{
    private const string DemonstrationModel = "demo";

    private readonly KnownSettings _settings;
    private readonly string? _model;
    private readonly EventLog? _log;

    public ClientTelemetry(BridgeHandle bridge, BridgeOptions? options, ILoggerFactory? loggers)
    {
        _settings = new KnownSettings(options);
        _model = ModelName(_settings);
        if (loggers is null or NullLoggerFactory) return;
        ILogger logger = loggers.CreateLogger(TelemetryNames.Source);
        _log = new EventLog(bridge, logger);
        if (NamesNoModel(_settings)) logger.DemonstrationModel();
    }

    public string? ModelId => _model;

    public bool TakesTools => IsOfLlama(_settings) || _settings.Text("engine") == ChoiceNames.Of(LlmEngine.Http);

    /// <summary>Whether anyone wants to be told of a call.</summary>
    public bool IsWanted => _log != null || CallInstruments.AreWatched;

    public CallTelemetry BeginGenerate(CallOptions? options)
    {
        KnownSettings settings = Of(options);
        // Whether a model has a chat template is the engine's to know; most have.
        bool raw = settings.Text("prompt_format") == "raw";
        return new CallTelemetry(
            raw ? TelemetryNames.OperationTextCompletion : TelemetryNames.OperationChat, _model, settings);
    }

    public CallTelemetry BeginEmbed(CallOptions? options) =>
        new(TelemetryNames.OperationEmbeddings, _model, Of(options));

    public void WriteEvents() => _log?.WriteNews();

    private KnownSettings Of(CallOptions? options) =>
        options is null ? _settings : new KnownSettings(options, _settings);

    /// <summary>A model file goes by its name: the folder it lies in is nobody's business. Of the engine http it is the
    /// server's own name for a model.</summary>
    private static string? ModelName(KnownSettings settings) =>
        settings.Text("model") is { Length: > 0 } model
            ? settings.Text("engine") == ChoiceNames.Of(LlmEngine.Http)
                ? model
                : Path.GetFileNameWithoutExtension(model)
        : NamesNoModel(settings) ? DemonstrationModel
        : null;

    /// <summary>Whether the demonstration model answers, for want of another.</summary>
    public static bool NamesNoModel(KnownSettings settings) =>
        settings.Text("model") is null or "" && IsOfLlama(settings);

    private static bool IsOfLlama(KnownSettings settings) =>
        settings.Text("engine") is { } name
            ? name == ChoiceNames.Of(LlmEngine.Llama)
            : LlmDefaults.Engine == LlmEngine.Llama;
}
