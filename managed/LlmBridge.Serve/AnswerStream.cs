using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace LlmBridge.Serve;

/// <summary>An answer as server-sent events. The last event is [DONE] after a whole answer, and an error after any
/// other; there is one of them and nothing after it.</summary>
internal sealed class AnswerStream(HttpContext context, Answers answers, bool tellsUsage)
{
    private readonly ArrayBufferWriter<byte> _event = new();

    /// <summary>Sends the updates. Until the first of them has come the response has not begun: a failure before it is
    /// told by the response's status.</summary>
    public async Task SendAsync(IAsyncEnumerable<LlmUpdate> updates, ServedModel model)
    {
        CancellationToken left = context.RequestAborted;
        await using IAsyncEnumerator<LlmUpdate> all = updates.GetAsyncEnumerator(left);
        bool more = await all.MoveNextAsync();
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers["X-Accel-Buffering"] = "no"; // nginx hands on what comes
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        try
        {
            for (bool isFirst = true; more; isFirst = false)
            {
                LlmUpdate update = all.Current;
                if (update.FinishReason is not { } end)
                {
                    await PutAsync(json => answers.Part(json, update.Text, isFirst, tellsUsage));
                }
                else
                {
                    bool hasAside = answers.HasAside(update);
                    if (hasAside) await PutAsync(json => answers.Aside(json, update, isFirst, tellsUsage));
                    else if (isFirst) await PutAsync(json => answers.Part(json, "", true, tellsUsage));
                    await PutAsync(json => answers.End(json, update, end, tellsUsage));
                    if (tellsUsage) await PutAsync(json => answers.Usage(json, update.Usage ?? default));
                }
                more = await all.MoveNextAsync();
            }
        }
        catch (Exception e) when (!left.IsCancellationRequested)
        {
            await PutAsync(json => ErrorObject.Write(json, Failures.Of(e, model)));
            return;
        }
        await PutAsync("[DONE]"u8);
    }

    private Task PutAsync(Action<Utf8JsonWriter> write)
    {
        Begin();
        using (var json = new Utf8JsonWriter(_event, Respond.Options)) write(json);
        return EndAsync();
    }

    private Task PutAsync(ReadOnlySpan<byte> data)
    {
        Begin();
        _event.Write(data);
        return EndAsync();
    }

    private void Begin()
    {
        _event.ResetWrittenCount();
        _event.Write("data: "u8);
    }

    private async Task EndAsync()
    {
        _event.Write("\n\n"u8);
        await context.Response.Body.WriteAsync(_event.WrittenMemory, context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }
}
