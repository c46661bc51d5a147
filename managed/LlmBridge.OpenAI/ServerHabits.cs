namespace LlmBridge.OpenAI;

/// <summary>What a server says of the way it wants to be asked.</summary>
internal static class ServerHabits
{
    /// <summary>Whether the server said which of two ways of asking it wants: it is asked that way from now
    /// on.</summary>
    public static bool Adapts(this ServerConnection server, ServerException failure)
    {
        if (failure.Fault != ServerFault.Invalid) return false;
        bool disliked = failure.Message.Contains("stream_options", StringComparison.Ordinal)
            || failure.Message.Contains("include_usage", StringComparison.Ordinal);
        if (disliked && server.AsksUsage)
        {
            server.AsksUsage = false;
            return true;
        }
        if (!server.NewLimitName && failure.Message.Contains("max_completion_tokens", StringComparison.Ordinal))
        {
            server.NewLimitName = true;
            return true;
        }
        return false;
    }
}
