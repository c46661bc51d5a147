using LlmBridge.Interop;

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

    private LlmClient(BridgeHandle bridge, BridgeOptions? options)
    {
        _bridge = bridge;
        _pump = new CallPump(bridge);
        _telemetry = new ClientTelemetry(bridge, options);
        _callsAtOnce = CallsAtOnce(options);
        _disposal = new Lazy<Task>(() => Task.Run(CloseAsync)); // closing waits for processes to end
    }

    /// <summary>Opens a client: checks options and environment, finds the engine and the model, starts nothing
    /// yet.</summary>
    /// <exception cref="LlmException">An option is wrong, or the library, engine or model is missing.</exception>
    public static Task<LlmClient> OpenAsync(
        BridgeOptions? options = null, CancellationToken cancellationToken = default) =>
        Task.Run(() => Open(options), cancellationToken); // it looks at files

    private static LlmClient Open(BridgeOptions? options)
    {
        using SettingsHandle? settings = options?.ToSettings();
        var client = new LlmClient(NativeBridge.Open(settings ?? SettingsHandle.None), options);
        BridgeInstruments.Add(client);
        return client;
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

    /// <summary>Process number of the engine started last, 0 if none runs. For logs, not for signals.</summary>
    public long EngineProcessId => NativeBridge.WorkerPid(_bridge);

    /// <summary>Ends calls in flight as cancelled, ends the engines and waits for them.</summary>
    public ValueTask DisposeAsync() => new(_disposal.Value);

    /// <summary>The same, waiting in place.</summary>
    public void Dispose() => _disposal.Value.GetAwaiter().GetResult();

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
