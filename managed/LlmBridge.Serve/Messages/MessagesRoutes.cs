using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace LlmBridge.Serve.Messages;

/// <summary>Anthropic's Messages API: what Claude Code and the Anthropic SDKs ask.</summary>
internal sealed class MessagesRoutes(ServedModel model)
{
    public const string Path = "/v1/messages";

    public void Map(WebApplication application) => application.MapPost(Path, AnswerAsync);

    private async Task AnswerAsync(HttpContext context)
    {
        using RequestBody body = await RequestBody.ReadAsync(context);
        Sampling.CheckModel(body, model);
        CallInput input = MessagesRequest.Read(body, Deadline.Of(context.Request));
        var answer = new MessagesAnswer(model.Name);
        if (body.Flag("stream"))
        {
            IAsyncEnumerable<LlmUpdate> updates = model.Client.UpdatesAsync(input, context.RequestAborted);
            await new EventSender(context, answer).SendAsync(updates, model);
            return;
        }
        LlmReply reply = await model.Client.AskAsync(input, context.RequestAborted);
        await Respond.JsonAsync(context, json => answer.Whole(json, reply));
    }
}
