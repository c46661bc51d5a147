namespace LlmBridge.Generator;

/// <summary>Something the person who runs the generator can mend; its message is all they need to see.</summary>
internal sealed class GeneratorException(string message, Exception? inner = null) : Exception(message, inner);
