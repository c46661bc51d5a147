namespace LlmBridge.Comparison.Http;

/// <summary>Says its address on stdout and answers until its stdin ends; one request at a time, as simple code
/// does.</summary>
internal static class Server
{
    public static async Task RunAsync(string[] model)
    {
        Baseline.UseModule(model[0]);
        var llm = new Baseline(model[1], uint.Parse(model[2]));
        var one = new Lock();
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using WebApplication application = builder.Build();
        application.MapPost(
            "/generate", (Question question) => { lock (one) return llm.Generate(question.Prompt, question.Tokens); });
        application.MapPost("/embed", (string[] texts) => { lock (one) return llm.Embed(texts); });
        await application.StartAsync();
        Console.WriteLine(application.Urls.Single());
        await Console.In.ReadToEndAsync(); // so that it ends with its host, however that ends
    }
}
