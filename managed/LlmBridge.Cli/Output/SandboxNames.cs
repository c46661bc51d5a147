namespace LlmBridge.Cli;

/// <summary>The layers of a sandbox by the names that the library uses.</summary>
internal static class SandboxNames
{
    public static IReadOnlyList<string> Names(this LlmSandboxLayers layers) =>
    [
        .. new[]
            {
                LlmSandboxLayers.Privileges, LlmSandboxLayers.Limits, LlmSandboxLayers.Files, LlmSandboxLayers.Calls,
            }
            .Where(layer => layers.HasFlag(layer))
            .Select(layer => layer.ToString().ToLowerInvariant()),
    ];
}
