using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace LlmBridge.Serve.Responses;

/// <summary>OpenAI's Responses API: a response can go on from an earlier one by its id, also after the gateway was
/// started anew.</summary>
internal sealed class ResponsesRoutes(ServedModel model, ResponseStore store)
{
    private const string One = "/v1/responses/{id}";

    public void Map(WebApplication application)
    {
        application.MapPost("/v1/responses", AnswerAsync);
        application.MapGet(One, FindAsync);
        application.MapDelete(One, DeleteAsync);
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using RequestBody body = await RequestBody.ReadAsync(context);
        Sampling.CheckModel(body, model);
        ResponsesRequest request = ResponsesRequest.Read(body, Deadline.Of(context.Request));
        string id = ResponseStore.MakeId();
        CallInput input = await InputOfAsync(request, id);
        if (request.IsStream)
        {
            var answer = new ResponsesAnswer(model.Name, id, request);
            IAsyncEnumerable<LlmUpdate> updates = model.Client.UpdatesAsync(input, context.RequestAborted);
            await new EventSender(context, answer).SendAsync(updates, model);
            return;
        }
        LlmReply reply = await model.Client.AskAsync(input, context.RequestAborted);
        var response = new ResponseObject(model.Name, id, request);
        await Respond.JsonAsync(context, json => response.Write(
            json, reply.FinishReason == LlmFinishReason.Length ? "incomplete" : "completed",
            response.ItemsOf(reply.Text, reply.Reasoning, reply.ToolCalls), reply.Usage));
    }

    /// <summary>The conversation before it, what is said anew, and, where it is kept, the session that it
    /// begins.</summary>
    private async Task<CallInput> InputOfAsync(ResponsesRequest request, string id)
    {
        const string Previous = "previous_response_id";
        List<LlmMessage> messages = [];
        if (request.Instructions is { Length: > 0 } text) messages.Add(new LlmMessage(LlmRole.System, text));
        if (request.Previous is { } previous) messages.AddRange(await store.ReadAsync(previous, Previous));
        messages.AddRange(request.Input);
        if (!request.IsStored) return Conversation.InputOf(messages, request.Options);
        request.Options.Session = id;
        return CallInput.Of(messages, request.Options);
    }

    private async Task FindAsync(HttpContext context)
    {
        string id = IdOf(context);
        StoredResponse found = await store.FindAsync(id);
        var response = new ResponseObject(model.Name, id, null) { Created = found.Created };
        LlmMessage said = found.Message;
        await Respond.JsonAsync(context, json => response.Write(
            json, found.IsCut ? "incomplete" : "completed",
            response.ItemsOf(said.Text, said.Reasoning ?? "", said.ToolCalls ?? []), null));
    }

    private async Task DeleteAsync(HttpContext context)
    {
        string id = IdOf(context);
        await store.DeleteAsync(id);
        await Respond.JsonAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteString("id", id);
            json.WriteString("object", "response");
            json.WriteBoolean("deleted", true);
            json.WriteEndObject();
        });
    }

    private static string IdOf(HttpContext context) => (string?)context.Request.RouteValues["id"] ?? "";
}
