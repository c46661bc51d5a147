namespace LlmBridge.Comparison.Http;

internal sealed record Question(string Prompt, uint Tokens);

internal sealed record Generation(ulong Tokens, string Text);
