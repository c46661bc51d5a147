using Microsoft.Extensions.AI;

namespace Applications;

/// <summary>A minimal API: GET /ask?prompt=... streams the answer as server-sent events, GET /health says whether
/// engines can be had.</summary>
internal static class MinimalApi
{
    public static async Task RunAsync(string[] args)
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
        // appsettings.json: { "Llm": { "Model": "model.gguf", "Slots": 8 } }
        builder.Services.AddLlmBridge(builder.Configuration.GetSection("Llm"));
        builder.Services.AddLlmBridgeWarmUp();
        builder.Services.AddHealthChecks().AddLlmBridge();

        WebApplication app = builder.Build();
        app.MapHealthChecks("/health");
        // Who goes away cancels the call, and with it the engine's work.
        app.MapGet("/ask", (string prompt, IChatClient chat, CancellationToken cancellationToken) =>
            TypedResults.ServerSentEvents(PiecesAsync(chat, prompt, cancellationToken)));
        await app.RunAsync();
    }

    private static async IAsyncEnumerable<string> PiecesAsync(
        IChatClient chat, string prompt,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (ChatResponseUpdate update in chat.GetStreamingResponseAsync(
            prompt, cancellationToken: cancellationToken))
        {
            if (update.Text.Length > 0) yield return update.Text;
        }
    }
}
