// What becomes of clients in an application that knows only the package: args[0] names the case, and the program prints
// "well" or throws.
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using LlmBridge;

switch (args[0])
{
    case "forgotten": Cases.Forgotten(); break;
    case "unloaded": Cases.Unloaded(disposes: true); break;
    case "unloaded-undisposed": Cases.Unloaded(disposes: false); break;
    default: throw new ArgumentException("no such case: " + args[0]);
}
Console.WriteLine("well");

internal static class Cases
{
    private const string PumpThread = "llmbridge pump";

    // Long enough between pieces for the client's own thread to wait for them.
    private static readonly BridgeOptions s_slow =
        new() { Engine = LlmEngine.Fake, Settings = new Dictionary<string, string> { ["command"] = "pieces 3 50" } };

    public static void Forgotten()
    {
        long engine = Ended(UseAndForgetAsync);
        Await(
            () => !Directory.Exists($"/proc/{engine}") && CountPumps() == 0, "the forgotten engine and thread to end");
    }

    public static void Unloaded(bool disposes)
    {
        WeakReference context = Ended(() => UseInContextAsync(disposes));
        Await(() => !context.IsAlive, "the context to unload");
    }

    // In a frame of its own: an awaiting method of a debug build keeps what it awaited.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static T Ended<T>(Func<Task<T>> work) => Task.Run(work).GetAwaiter().GetResult();

    private static async Task<long> UseAndForgetAsync()
    {
        LlmClient client = await LlmClient.OpenAsync(s_slow);
        await client.AskAsync("hi");
        if (CountPumps() != 1) throw new InvalidOperationException("no thread waits: this shows nothing");
        return client.EngineProcessId;
    }

    private static async Task<WeakReference> UseInContextAsync(bool disposes)
    {
        var context = new PluginContext();
        Assembly library = context.LoadFromAssemblyPath(typeof(LlmClient).Assembly.Location);
        Type type = library.GetType("LlmBridge.LlmClient", throwOnError: true)!;
        if (type == typeof(LlmClient)) throw new InvalidOperationException("not the context's own");
        MethodInfo open = type.GetMethods().Single(m => m.Name == "OpenAsync" && m.GetParameters().Length == 2);
        var opening = (Task)open.Invoke(null, [.. open.GetParameters().Select(Default)])!;
        await opening;
        object client = opening.GetType().GetProperty("Result")!.GetValue(opening)!;
        MethodInfo ask = type.GetMethod("AskAsync")!;
        object?[] arguments = [.. ask.GetParameters().Select(p => p.Name == "prompt" ? "Who are you?" : Default(p))];
        await (Task)ask.Invoke(client, arguments)!;
        if (disposes) await ((IAsyncDisposable)client).DisposeAsync();
        context.Unload();
        return new WeakReference(context);
    }

    private static object? Default(ParameterInfo parameter) =>
        parameter.ParameterType.IsValueType ? Activator.CreateInstance(parameter.ParameterType) : null;

    private static void Await(Func<bool> condition, string what)
    {
        for (DateTime giveUp = DateTime.UtcNow.AddMinutes(1); !condition(); Thread.Sleep(10))
        {
            if (DateTime.UtcNow > giveUp) throw new TimeoutException("waited in vain for " + what);
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }

    private static int CountPumps() => Directory.EnumerateDirectories("/proc/self/task").Count(IsPump);

    private static bool IsPump(string thread)
    {
        try
        {
            return File.ReadAllText(Path.Combine(thread, "comm")).Trim() == PumpThread;
        }
        catch (IOException)
        {
            return false; // it has ended meanwhile
        }
    }

    /// <summary>As hosts of plug-ins have them: with the plug-in's own copy of what it needs.</summary>
    private sealed class PluginContext() : AssemblyLoadContext("plugin", isCollectible: true)
    {
        protected override Assembly? Load(AssemblyName assemblyName) =>
            assemblyName.Name!.StartsWith("LlmBridge", StringComparison.Ordinal)
                ? LoadFromAssemblyPath(Path.Combine(AppContext.BaseDirectory, assemblyName.Name + ".dll"))
                : null;
    }
}
