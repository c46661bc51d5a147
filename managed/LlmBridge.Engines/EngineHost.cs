using LlmBridge.Interop;

namespace LlmBridge.Engines;

/// <summary>Runs an engine in a process that llmbridge has started: the settings engine=custom and command.</summary>
public static class EngineHost
{
    /// <summary>Serves until the host is gone or asks for nothing any more.</summary>
    /// <returns>The exit status of the process.</returns>
    public static int Run(IEngine engine)
    {
        ArgumentNullException.ThrowIfNull(engine);
        nint handle;
        try
        {
            handle = NativeEngine.Connect(engine.Name, engine.Version);
        }
        catch (LlmException e)
        {
            Console.Error.WriteLine($"{engine.Name}: {e.Message}");
            return 1;
        }
        if (!Load(engine, handle)) return 1;
        // The channel is never closed: what still runs may look at its request until the process ends.
        using var loop = new EngineLoop(engine, handle);
        loop.Serve();
        return 0;
    }

    private static bool Load(IEngine engine, nint handle)
    {
        NativeEngine.Declare(
            handle, (engine.Repeats ? NativeEngineAbility.Repeats : 0) | (engine.Acts ? NativeEngineAbility.Acts : 0));
        try
        {
            // On a thread of the pool: a context that this thread may have would wait for itself.
            string info = Task.Run(() => engine.LoadAsync(new EngineSetup(handle)).AsTask()).GetAwaiter().GetResult();
            NativeEngine.Ready(handle, info);
            return true;
        }
        catch (Exception e)
        {
            Console.Error.WriteLine(e);
            NativeEngine.Refuse(handle, EngineWork.StatusOf(e), EngineWork.MessageOf(e));
            return false;
        }
    }
}
