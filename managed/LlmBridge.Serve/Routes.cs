using System.Buffers.Binary;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace LlmBridge.Serve;

/// <summary>What can be asked.</summary>
internal sealed class Routes(ServedModel model)
{
    private const int TextsMax = 2048;

    public void Map(WebApplication application)
    {
        application.MapGet("/v1/models", ModelsAsync);
        application.MapGet("/v1/models/{**name}", ModelAsync);
        application.MapPost("/v1/chat/completions", ChatAsync);
        application.MapPost("/v1/completions", CompleteAsync);
        application.MapPost("/v1/embeddings", EmbedAsync);
        application.MapGet("/health", HealthAsync);
        application.MapGet(ApiDocument.Path, ApiDocument.SendAsync);
        application.MapGet("/", Page.SendAsync);
    }

    private Task ModelsAsync(HttpContext context) => Respond.JsonAsync(context, json =>
    {
        json.WriteStartObject();
        json.WriteString("object", "list");
        json.WriteStartArray("data");
        WriteModel(json);
        json.WriteEndArray();
        json.WriteEndObject();
    });

    private Task ModelAsync(HttpContext context)
    {
        string name = Uri.UnescapeDataString((string?)context.Request.RouteValues["name"] ?? "");
        if (name == model.Name) return Respond.JsonAsync(context, WriteModel);
        throw new ApiException(404, $"model: there is no \"{name}\" here") { Code = "model_not_found" };
    }

    private void WriteModel(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("id", model.Name);
        json.WriteString("object", "model");
        json.WriteNumber("created", model.Created);
        json.WriteString("owned_by", "llmbridge");
        json.WriteEndObject();
    }

    private async Task ChatAsync(HttpContext context)
    {
        using RequestBody body = await RequestBody.ReadAsync(context);
        Sampling.CheckModel(body, model);
        body.Refuse("audio", "it is not served");
        CallOptions options = Sampling.Read(body, Deadline.Of(context.Request));
        Sampling.ReadFormat(body, options);
        options.Logprobs = Sampling.Logprobs(body, isChat: true);
        options.Session = body.Text("session");
        Tools.Read(body, options);
        const string Effort = "reasoning_effort";
        if (body.Field(Effort) is { } effort) options.Thinking = ThinkingEffort.Read(effort, Effort);
        CallInput input = Conversation.InputOf(Conversation.Read(body), options);
        await AnswerAsync(context, body, input, new Answers(IsChat: true, model.Name));
    }

    private async Task CompleteAsync(HttpContext context)
    {
        using RequestBody body = await RequestBody.ReadAsync(context);
        Sampling.CheckModel(body, model);
        foreach (string name in (string[])["echo", "suffix"]) body.Refuse(name, "it is not served");
        if (body.Whole("best_of", 1, 1024) is > 1) throw ApiException.Unsupported("best_of", "allowed is 1");
        CallOptions options = Sampling.Read(body, Deadline.Of(context.Request));
        Sampling.ReadFormat(body, options);
        options.Logprobs = Sampling.Logprobs(body, isChat: false);
        IReadOnlyList<string> prompts = body.Texts("prompt", 1) ?? [];
        if (prompts is not [{ Length: > 0 } prompt])
        {
            throw ApiException.Wrong("prompt", "allowed is one text, which is not empty");
        }
        if (model.TakesRawPrompts) options.PromptFormat = LlmPromptFormat.Raw;
        await AnswerAsync(context, body, CallInput.Of(prompt, options), new Answers(IsChat: false, model.Name));
    }

    private async Task AnswerAsync(HttpContext context, RequestBody body, CallInput input, Answers answers)
    {
        bool tellsUsage = Sampling.AsksUsage(body);
        if (body.Flag("stream"))
        {
            IAsyncEnumerable<LlmUpdate> updates = model.Client.UpdatesAsync(input, context.RequestAborted);
            await new AnswerStream(context, answers, tellsUsage).SendAsync(updates, model);
            return;
        }
        LlmReply reply = await model.Client.AskAsync(input, context.RequestAborted);
        await Respond.JsonAsync(context, json => answers.Whole(json, reply));
    }

    private async Task EmbedAsync(HttpContext context)
    {
        using RequestBody body = await RequestBody.ReadAsync(context);
        Sampling.CheckModel(body, model);
        body.Refuse("dimensions", "vectors have the model's own length");
        string format = body.Text("encoding_format") ?? "float";
        if (format is not ("float" or "base64"))
        {
            throw ApiException.Wrong("encoding_format", "allowed is float or base64");
        }
        IReadOnlyList<string> texts = body.Texts("input", TextsMax) ?? [];
        if (texts.Count == 0 || texts.Any(text => text.Length == 0))
        {
            throw ApiException.Wrong("input", $"allowed is a text, or 1 to {TextsMax}, none of them empty");
        }
        var options = new CallOptions { Timeout = Deadline.Of(context.Request) };
        LlmEmbeddings embeddings = await model.Client.EmbedAsync(texts, options, context.RequestAborted);
        await Respond.JsonAsync(context, json => WriteEmbeddings(json, embeddings, format == "base64"));
    }

    private void WriteEmbeddings(Utf8JsonWriter json, LlmEmbeddings embeddings, bool isBase64)
    {
        json.WriteStartObject();
        json.WriteString("object", "list");
        json.WriteStartArray("data");
        for (int i = 0; i < embeddings.Vectors.Count; i++)
        {
            json.WriteStartObject();
            json.WriteString("object", "embedding");
            json.WriteNumber("index", i);
            if (isBase64)
            {
                json.WriteBase64String("embedding", LittleEndian(embeddings.Vectors[i]));
            }
            else
            {
                json.WriteStartArray("embedding");
                foreach (float number in embeddings.Vectors[i]) json.WriteNumberValue(number);
                json.WriteEndArray();
            }
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteString("model", model.Name);
        json.WriteStartObject("usage");
        json.WriteNumber("prompt_tokens", embeddings.Usage.PromptTokens);
        json.WriteNumber("total_tokens", embeddings.Usage.PromptTokens);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static byte[] LittleEndian(float[] vector)
    {
        byte[] bytes = new byte[vector.Length * sizeof(float)];
        for (int i = 0; i < vector.Length; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), vector[i]);
        }
        return bytes;
    }

    private Task HealthAsync(HttpContext context)
    {
        string status = model.IsReady ? "ok" : model.Failure is null ? "loading" : "failed";
        if (!model.IsReady) context.Response.StatusCode = 503;
        return Respond.JsonAsync(context, json =>
        {
            json.WriteStartObject();
            json.WriteString("status", status);
            json.WriteEndObject();
        });
    }
}
