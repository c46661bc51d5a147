namespace LlmBridge.Cli;

/// <summary>What a person can do about each way in which a call fails.</summary>
internal static class Remedies
{
    public static string For(LlmError error) => error.Status switch
    {
        LlmStatus.InvalidArgument or LlmStatus.Unsupported =>
            "Correct the option, or the LLMBRIDGE_ variable, that the message names",
        LlmStatus.NotFound =>
            "Name a file that exists; if it is a part of llmbridge itself, build everything: dotnet build Bridge.sln",
        LlmStatus.SpawnFailed =>
            "See the failing step: limits on processes and memory (ulimit -a), or a file system mounted noexec",
        LlmStatus.StartTimeout => "Give a slow disk more time with --set start_timeout_ms=600000",
        LlmStatus.DeadlineExceeded => "Give the call more time with --timeout 120s",
        LlmStatus.ModelInvalid => "Use another GGUF file: this one is damaged, or no model llama.cpp knows",
        LlmStatus.OutOfMemory => "Use a smaller model or context (--set context=2048), or raise memory_mb",
        LlmStatus.ProtocolError => "Library and engine are of different versions: build or install both anew",
        LlmStatus.EngineCrashed or LlmStatus.EngineHung =>
            "See the engine's last lines, with --set log=debug --set log_file=FILE for all of them",
        _ => "See the message; --json shows all that is known",
    };
}
