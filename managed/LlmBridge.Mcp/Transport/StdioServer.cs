using ModelContextProtocol.Server;

namespace LlmBridge.Mcp;

/// <summary>The server of one client, which is at the other end of the standard streams. It ends with its input, or
/// with the process that started it.</summary>
internal static class StdioServer
{
    private const int LineBytesMax = 32 * 1024 * 1024;
    private static readonly TimeSpan s_endsWithin = TimeSpan.FromSeconds(5);

    public static async Task RunAsync(ModelTools tools, ModelResources resources, LlmClient client, ServerLife life)
    {
        Stream output = Console.OpenStandardOutput();
        Console.SetOut(Console.Error); // nothing but the protocol's lines goes to stdout
        using var input = new LimitedLines(Console.OpenStandardInput(), LineBytesMax, SayTooLong, life.End);
        var options = new McpServerOptions();
        McpSettings.Write(options, tools, resources);
        var transport = new StreamServerTransport(input, output, options.ServerInfo!.Name);
        McpServer server = McpServer.Create(transport, options);
        Task watching = life.EndWithParentAsync();
        Task serving = server.RunAsync(life.Ended);
        await Task.WhenAny(serving, life.WaitAsync());
        life.End();
        await watching;
        await client.DisposeAsync(); // calls in flight end as cancelled, and with them their engines' work
        // A client that does not read what it is told, or holds the input open, holds nobody up.
        await Task.WhenAny(EndAsync(server, serving), Task.Delay(s_endsWithin));
    }

    private static async Task EndAsync(McpServer server, Task serving)
    {
        try
        {
            await serving;
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // It was told to end, or its client has gone.
        }
        await server.DisposeAsync();
    }

    private static void SayTooLong() => Console.Error.WriteLine(
        $"llmbridge-mcp: a message has more than {LineBytesMax} bytes: the rest of its line is dropped");
}
