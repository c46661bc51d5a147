using System.Buffers;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace LlmBridge.Serve;

/// <summary>Sends an answer as named server-sent events. However the answer ends, one terminal event ends the stream,
/// and nothing comes after it.</summary>
/// <param name="context">The request that is answered.</param>
/// <param name="form">What events an answer has.</param>
internal sealed class EventSender(HttpContext context, IEventForm form)
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    /// <summary>Sends the updates. The response begins with the first of them: a failure before it is told by the
    /// response's status.</summary>
    public async Task SendAsync(IAsyncEnumerable<LlmUpdate> updates, ServedModel model)
    {
        CancellationToken left = context.RequestAborted;
        await using IAsyncEnumerator<LlmUpdate> all = updates.GetAsyncEnumerator(left);
        bool more = await all.MoveNextAsync();
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers["X-Accel-Buffering"] = "no"; // nginx then forwards each event as it comes
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        try
        {
            await PutAsync(form.Begin());
            while (more)
            {
                await PutAsync(all.Current.FinishReason is null ? form.Piece(all.Current) : form.End(all.Current));
                more = await all.MoveNextAsync();
            }
        }
        catch (Exception e) when (!left.IsCancellationRequested)
        {
            await PutAsync(form.Fail(Failures.Of(e, model)));
        }
    }

    private async Task PutAsync(IEnumerable<ServerEvent> events)
    {
        _bytes.ResetWrittenCount();
        foreach (ServerEvent one in events)
        {
            _bytes.Write(Encoding.UTF8.GetBytes($"event: {one.Name}\ndata: "));
            using (var json = new Utf8JsonWriter(_bytes, Respond.Options)) one.Write(json);
            _bytes.Write("\n\n"u8);
        }
        await context.Response.Body.WriteAsync(_bytes.WrittenMemory, context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }
}

/// <summary>The events of an answer.</summary>
internal interface IEventForm
{
    /// <summary>Events before the first piece.</summary>
    IEnumerable<ServerEvent> Begin();

    /// <summary>Events of a piece of text.</summary>
    IEnumerable<ServerEvent> Piece(LlmUpdate update);

    /// <summary>Events of the end of a whole answer; the last of them is the terminal event.</summary>
    IEnumerable<ServerEvent> End(LlmUpdate last);

    /// <summary>The terminal event of an answer that failed.</summary>
    IEnumerable<ServerEvent> Fail(ApiException failure);
}

/// <summary>One event.</summary>
/// <param name="Name">Its type.</param>
/// <param name="Write">Writes its data, one JSON value.</param>
internal sealed record ServerEvent(string Name, Action<Utf8JsonWriter> Write);
