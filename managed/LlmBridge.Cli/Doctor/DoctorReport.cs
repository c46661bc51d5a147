namespace LlmBridge.Cli;

/// <summary>One thing looked at.</summary>
/// <param name="Ok">False for what is wrong, true for the rest.</param>
/// <param name="Level">ok, warn (it works, less well than it could) or fail.</param>
internal sealed record DoctorFinding(string Name, bool Ok, string Level, string Detail, string? Remedy);

/// <summary>All that was looked at.</summary>
internal sealed class DoctorReport
{
    private readonly List<DoctorFinding> _findings = [];

    public IReadOnlyList<DoctorFinding> Findings => _findings;

    /// <summary>What the library found where, as it tells it.</summary>
    public string? Installation { get; set; }

    /// <summary>What the model's file holds, if it could be read.</summary>
    public LlmModel? Model { get; set; }

    /// <summary>True when a call was made and answered.</summary>
    public bool Answered { get; set; }

    /// <summary>True when that is so and nothing that was looked at failed.</summary>
    public bool Ok => Answered && _findings.All(finding => finding.Ok);

    /// <summary>How the call failed, if it came to one.</summary>
    public LlmError? Failure { get; set; }

    public void Good(string name, string detail) => _findings.Add(new DoctorFinding(name, true, "ok", detail, null));

    public void Warn(string name, string detail, string remedy) =>
        _findings.Add(new DoctorFinding(name, true, "warn", detail, remedy));

    public void Bad(string name, string detail, string remedy) =>
        _findings.Add(new DoctorFinding(name, false, "fail", detail, remedy));
}
