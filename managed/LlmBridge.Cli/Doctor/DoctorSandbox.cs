using System.Text.Json;

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
            report.Good(Name, $"all layers hold: {string.Join(", ", layers.Names())}");
        }
        else if (isolation == "inproc")
        {
            report.Warn(Name, "none: the engine runs inside this process",
                "Leave isolation at pool: what takes the engine over then has this process too");
        }
        else if (engine is not null && RunsProgramsOfYours(engine))
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

    /// <summary>What the library's table of engines says of this one.</summary>
    private static bool RunsProgramsOfYours(string engine)
    {
        using JsonDocument table = JsonDocument.Parse(LlmLibrary.EnginesJson);
        return table.RootElement.GetProperty("engines").EnumerateArray().Any(row =>
            row.GetProperty("name").GetString() == engine
            && row.GetProperty("abilities").EnumerateArray().All(ability => ability.GetString() != "sandbox"));
    }
}
