namespace LlmBridge.Cli;

/// <summary>What is told of the installation, as the library found it. Nothing here knows where things stand.</summary>
internal static class DoctorInstallation
{
    public const string Build = "Build everything: dotnet build Bridge.sln; or install the package anew";

    /// <summary>A keeper, and an engine with a thread for each processor and some for itself.</summary>
    private static readonly int s_processesNeeded = Environment.ProcessorCount + 16;

    public static void Examine(DoctorReport report, BridgeOptions options)
    {
        string json;
        try
        {
            json = LlmLibrary.ExamineInstallation(options);
        }
        catch (LlmException)
        {
            return; // an option is wrong: opening the bridge says so
        }
        report.Installation = json;
        InstallationJson found = InstallationJson.Read(json);
        ExamineHome(report, found.Home);
        ILookup<bool, InstalledPartJson> parts = found.Parts.ToLookup(part => part.Needed);
        foreach (InstalledPartJson part in parts[true]) ExaminePart(report, part, found.Home);
        string[] others = [.. parts[false].Where(part => part.Found).Select(part => part.Name)];
        if (others.Length > 0) report.Good("also there", string.Join(", ", others));
        ExamineProcesses(report, found.Processes);
    }

    private static void ExamineHome(DoctorReport report, InstalledHomeJson home)
    {
        if (home.Found) report.Good("home", $"{home.Path} (by {home.From})");
        else report.Bad("home", home.Reason!, Remedy(home));
    }

    private static string Remedy(InstalledHomeJson home) =>
        home.From == "library" ? Build : $"Correct the setting home, or LLMBRIDGE_HOME: it says {home.Path}";

    private static void ExaminePart(DoctorReport report, InstalledPartJson part, InstalledHomeJson home)
    {
        if (part.Name == "model") DoctorModel.Examine(report, part.Path ?? part.LookedIn[^1]);
        else if (part.Found) report.Good(part.Name, part.Path!);
        else report.Bad(part.Name, part.Reason!, part.Name == "engine llama" ? WithoutLlama : Remedy(home));
    }

    private const string WithoutLlama =
        "Install npm and git, remove the folder build/release, and build again; "
        + "or configure with -DLLMBRIDGE_LLAMA_DIR=FOLDER";

    private static void ExamineProcesses(DoctorReport report, ProcessLimitsJson limits)
    {
        string user = limits.UserMax is { } max ? $"at most {max} of this user" : "no limit for this user";
        string group = limits.GroupMax is { } most
            ? $"at most {most} in this control group, {limits.GroupUsed} used"
            : "no limit of a control group";
        long room = Math.Min(limits.UserMax ?? long.MaxValue, (limits.GroupMax - limits.GroupUsed) ?? long.MaxValue);
        if (room >= s_processesNeeded)
        {
            report.Good("processes", $"{user}, {group}");
        }
        else
        {
            report.Warn("processes", $"{user}, {group}",
                $"Threads count too, and a worker may want {s_processesNeeded}: raise ulimit -u, or the container's "
                + "limit (pids.max, --pids-limit)");
        }
    }
}
