namespace LlmBridge.Comparison;

/// <summary>What has to be killed to see how a way recovers.</summary>
internal enum Victim
{
    /// <summary>A process of its own; the host sees to the next.</summary>
    Helper,

    /// <summary>The host itself, and all it did.</summary>
    Host,

    /// <summary>Nothing lives from call to call.</summary>
    None,
}

/// <summary>A way from a host program to an LLM.</summary>
/// <param name="Key">Its name on the command line and in the results.</param>
/// <param name="Name">Its name on the page.</param>
/// <param name="Text">What it is, in a sentence.</param>
/// <param name="Victim">What is killed.</param>
internal sealed record Way(string Key, string Name, string Text, Victim Victim)
{
    public static IReadOnlyList<Way> All { get; } =
    [
        new("bridge", "llmbridge", "a C program with this library: a pool of one engine process with eight slots",
            Victim.Helper),
        new("inprocess", "libllama in-process",
            "a C program that calls libllama itself, with a loop that decodes all streams in one batch", Victim.Host),
        new("node", "node-llama-cpp",
            "a Node program with node-llama-cpp 3.22.1, in its process; one context with eight sequences", Victim.Host),
        new("popen", "a shell per call",
            "a C program that calls popen() for each call: a program loads the model, answers, ends; one after the "
                + "other",
            Victim.None),
        new("daemon", "Python daemon",
            "a Python program and its Python daemon: a JSON-RPC line there, a line back, one call at a time",
            Victim.Helper),
        new("http", "ASP.NET server",
            "a C# program with HttpClient and a minimal ASP.NET server on loopback; a lock around the model",
            Victim.Helper),
    ];

    /// <summary>The program that is the host, and its arguments.</summary>
    public (string Program, string[] Arguments) Host(string prefix, string model, int threads)
    {
        string helpers = Path.Combine(prefix, "lib/llmbridge");
        string module = Path.Combine(helpers, "bench-llama.so");
        string count = threads.ToString();
        return Key switch
        {
            "node" => ("node", [Repository.At("bench/comparison/node/host.mjs"), model, count]),
            "daemon" => ("python3", [Repository.At("bench/comparison/python/host.py"), module, model, count]),
            "http" => ("dotnet", [Repository.BuiltAt("bench/comparison/http", "LlmBridge.Comparison.Http.dll"), "host",
                module, model, count]),
            _ => (Path.Combine(helpers, "comparison-host"), [Key, model, count]),
        };
    }
}
