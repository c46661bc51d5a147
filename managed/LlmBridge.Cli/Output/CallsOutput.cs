using System.Text;

namespace LlmBridge.Cli;

/// <summary>Writes an answer whose model may call functions to stdout: its text, if there is any, and each call as a
/// JSON object on a line of its own.</summary>
internal static class CallsOutput
{
    public static async Task WriteAsync(LlmReply reply, CancellationToken cancellationToken)
    {
        await using Stream output = StandardOutput.Open();
        if (reply.Text.Length > 0 || reply.ToolCalls.Count == 0)
        {
            await output.WriteAsync(Encoding.UTF8.GetBytes(reply.Text + "\n"), cancellationToken);
        }
        foreach (LlmToolCall call in reply.ToolCalls)
        {
            await output.WriteAsync(Json.Line(CalledJson.Of(call), Json.Readable.CalledJson), cancellationToken);
        }
    }
}
