using LlmBridge.Interop;
using Microsoft.Extensions.Logging;

namespace LlmBridge;

/// <summary>Asks an LLM engine that runs in a process of its own. Safe to use from any number of threads at once; the
/// engine starts with the first call, or with <see cref="StartAsync"/>, and ends with the client.</summary>
public sealed partial class LlmClient : IAsyncDisposable, IDisposable
{
    /// <summary>How long StartAsync looks before it checks its caller's token again.</summary>
    private const ulong StartSliceMs = 50;

    private readonly BridgeHandle _bridge;
    private readonly CallPump _pump;
    private readonly OperationCount _operations = new();
    private readonly ClientTelemetry _telemetry;
    private readonly Lazy<Task> _disposal;

    private LlmClient(BridgeHandle bridge, BridgeOptions? options, ILoggerFactory? loggers)
    {
        _bridge = bridge;
        _pump = new CallPump(bridge);
        _telemetry = new ClientTelemetry(bridge, options, loggers);
        _callsAtOnce = CallsAtOnce(options);
        _disposal = new Lazy<Task>(() => Task.Run(CloseAsync)); // closing waits for processes to end
    }

    /// <summary>Opens a client: checks options and environment, finds the engine and the model, starts nothing
    /// yet.</summary>
    /// <exception cref="LlmException">An option is wrong, or the library, engine or model is missing.</exception>
    public static Task<LlmClient> OpenAsync(
        BridgeOptions? options = null, CancellationToken cancellationToken = default) =>
        OpenAsync(options, null, cancellationToken);

    /// <summary>The same with a log.</summary>
    /// <param name="options">How the bridge works; null for what the environment and the defaults say.</param>
    /// <param name="loggers">Where the bridge's events are logged, under the category "LlmBridge": engines that start
    /// and fail, calls that move and fail. They hold no prompt and no answer; an engine's last words are its own. They
    /// are written when calls end, on the caller's side.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="LlmException">An option is wrong, or the library, engine or model is missing.</exception>
    public static Task<LlmClient> OpenAsync(
        BridgeOptions? options, ILoggerFactory? loggers, CancellationToken cancellationToken = default) =>
        Task.Run(() => Open(options, loggers), cancellationToken); // it looks at files

    /// <summary>The same, waiting in place for the few files that are looked at: for factories that cannot
    /// await.</summary>
    /// <param name="options">How the bridge works; null for what the environment and the defaults say.</param>
    /// <param name="loggers">Where the bridge's events are logged; null for nowhere.</param>
    /// <exception cref="LlmException">An option is wrong, or the library, engine or model is missing.</exception>
    public static LlmClient Open(BridgeOptions? options = null, ILoggerFactory? loggers = null)
    {
        options = options?.Clone(); // what its owner changes later is not for this client
        using SettingsHandle? settings = WithModel(options)?.ToSettings();
        var client = new LlmClient(NativeBridge.Open(settings ?? SettingsHandle.None), options, loggers);
        BridgeInstruments.Add(client);
        return client;
    }

    private static BridgeOptions? WithModel(BridgeOptions? options)
    {
        if (!ClientTelemetry.NamesNoModel(new KnownSettings(options))) return options;
        if (LibraryLoader.LooseDemonstration() is not { } model) return options;
        BridgeOptions named = options?.Clone() ?? new BridgeOptions();
        named.Model = model;
        return named;
    }

    /// <summary>Starts an engine ahead of the first call and waits until its model is loaded. Cancelling stops the
    /// waiting, not the start.</summary>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _operations.Enter(this);
        try
        {
            await Task.Run(() => Start(cancellationToken), CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            _telemetry.WriteEvents();
            _operations.Exit();
        }
    }

    private void Start(CancellationToken cancellationToken)
    {
        while (!NativeBridge.Start(_bridge, NativeClock.AfterMs(StartSliceMs)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_operations.IsClosing) throw Disposed();
        }
    }

    /// <summary>How far the engine's model is loaded, from 0 to 1.</summary>
    public double LoadProgress => NativeBridge.LoadProgressPermille(_bridge) / 1000.0;

    /// <summary>Which layers of the sandbox hold in the ready engine.</summary>
    public LlmSandboxLayers SandboxLayers => (LlmSandboxLayers)NativeBridge.SandboxLayers(_bridge);

    /// <summary>What the engine said of itself and its model, as a JSON object; empty before any engine was
    /// ready.</summary>
    public string EngineInfoJson => NativeBridge.Info(_bridge);

    /// <summary>The model's name as telemetry has it: its file's name, "demo" for the demonstration model; null where
    /// the engine has no model that is known here.</summary>
    public string? ModelId => _telemetry.ModelId;

    /// <summary>Whether the engine takes functions by the setting tools, and has models that know how to call
    /// them.</summary>
    internal bool TakesTools => _telemetry.TakesTools;

    /// <summary>Process number of the engine started last, 0 if none runs. For logs, not for signals.</summary>
    public long EngineProcessId => NativeBridge.WorkerPid(_bridge);

    /// <summary>Ends calls in flight as cancelled, ends the engines and waits for them.</summary>
    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return new ValueTask(_disposal.Value);
    }

    /// <summary>The same, waiting in place.</summary>
    public void Dispose()
    {
        GC.SuppressFinalize(this);
        _disposal.Value.GetAwaiter().GetResult();
    }

    /// <summary>Of a client that nobody disposed of, the pump's thread keeps the bridge, and with it the engine, but
    /// not the client.</summary>
    ~LlmClient() => _pump?.Abandon();

    /// <summary>Waits that the pump knows of, for tests: none is forgotten, none remembered for ever.</summary>
    internal int WaitsInPump => _pump.WaitCount;

    private async Task CloseAsync()
    {
        Task drained = _operations.CloseAsync();
        await _pump.StopAsync().ConfigureAwait(false);
        await drained.ConfigureAwait(false);
        BridgeInstruments.Remove(this);
        _telemetry.WriteEvents();
        _bridge.Dispose();
    }

    private static OperationCanceledException Disposed() =>
        new("The client was disposed while the call was in flight.");
}
