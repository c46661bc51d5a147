namespace LlmBridge.Cli;

/// <summary>What the library says of its installation: the members that are told.</summary>
internal sealed record InstallationJson(
    string Engine, InstalledHomeJson Home, IReadOnlyList<InstalledPartJson> Parts, ProcessLimitsJson Processes, bool Ok,
    string? Reason)
{
    public static InstallationJson Read(string json) =>
        Json.Read(json, Json.Readable.InstallationJson, "the installation");
}

/// <param name="From">What named the folder: setting, environment or library.</param>
internal sealed record InstalledHomeJson(string? Path, string From, bool Found, string? Reason);

internal sealed record InstalledPartJson(
    string Name, string Kind, IReadOnlyList<string> LookedIn, bool Needed, bool Found, string? Path, string? Reason);

/// <summary>Null is no limit. The group is the control group with the least room.</summary>
internal sealed record ProcessLimitsJson(long? UserMax, long? GroupMax, long? GroupUsed);
