namespace LlmBridge.Cli;

/// <summary>What is told of shared engines: where they are looked for, whether that is this user's alone, and what
/// serves there.</summary>
internal static class DoctorShared
{
    private const string Name = "shared engines";

    public static void Examine(DoctorReport report, BridgeOptions options)
    {
        SharedJson shared;
        try
        {
            shared = SharedJson.Read(LlmLibrary.ListShared(options));
        }
        catch (LlmException)
        {
            return; // what is wrong with the installation or the options is told already
        }
        if (shared.Problem is { } problem)
        {
            report.Warn(Name, $"none can be used: {shared.Folder}: {problem}",
                $"Remove {shared.Folder}, or make it yours alone (chmod 700)");
            return;
        }
        int serving = shared.Servers.Count(server => server.State == "serves");
        int programs = shared.Servers.Sum(server => server.Clients?.Count ?? 0);
        string told = shared.Found ? $"{serving} serve {programs} programs" : "none yet";
        report.Good(Name, $"{told}, in {shared.Folder} (llmbridge shared list)");
        foreach (SharedServerJson server in shared.Servers.Where(server => server.State == "silent"))
        {
            report.Warn(Name, $"the server of {server.Key}, process {server.Pid}, does not answer",
                $"llmbridge shared stop {server.Key[..8]}");
        }
    }
}
