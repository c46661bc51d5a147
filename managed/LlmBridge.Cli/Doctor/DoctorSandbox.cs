namespace LlmBridge.Cli;

/// <summary>What is told of the sandbox: a layer that is missing is a warning, never fine.</summary>
internal static class DoctorSandbox
{
    private const string Name = "sandbox";

    public static void Examine(
        DoctorReport report, LlmSandboxLayers layers, string? engine, string? isolation, string? sandbox)
    {
        LlmSandboxLayers missing = LlmSandboxLayers.All & ~layers;
        if (missing == 0)
        {
            report.Good(Name, "all layers hold");
        }
        else if (isolation == "inproc")
        {
            report.Warn(Name, "none: the engine runs inside this process",
                "Leave isolation at pool: what takes the engine over then has this process too");
        }
        else if (engine is "exec" or "jsonrpc")
        {
            report.Warn(Name, $"none: the engine {engine} runs programs of yours with your rights",
                "Run only programs that you trust with what they are asked");
        }
        else if (sandbox == "off")
        {
            report.Warn(Name, "off",
                "Leave the setting sandbox at best_effort: a model file may be made to take an engine over");
        }
        else
        {
            report.Warn(Name,
                $"lacks {string.Join(", ", missing.Names())} (sandbox={sandbox ?? "best_effort"})",
                "A kernel with landlock and seccomp has all layers (in a container: what its profile leaves); "
                + "with sandbox=required nothing runs without them");
        }
    }
}
