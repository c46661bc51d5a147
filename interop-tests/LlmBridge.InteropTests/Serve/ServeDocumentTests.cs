using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace LlmBridge.InteropTests.Serve;

/// <summary>What the OpenAPI document says is what the gateway does.</summary>
[TestClass]
public sealed class ServeDocumentTests : BridgeTest
{
    private static readonly Dictionary<string, string> s_valid = new()
    {
        ["/v1/chat/completions"] = """{"messages":[{"role":"user","content":"?"}]}""",
        ["/v1/completions"] = """{"prompt":"?"}""",
        ["/v1/embeddings"] = """{"input":"?"}""",
        ["/v1/responses"] = """{"input":"?","store":false}""",
        ["/v1/messages"] = """{"max_tokens":9,"messages":[{"role":"user","content":"?"}]}""",
    };

    [TestMethod]
    public async Task EachRoute_IsThere()
    {
        await using ServeProgram serve = await ServeProgram.StartAsync(["engine=fake"], Watchdog);
        JsonNode document = await DocumentAsync(serve);
        Assert.AreEqual(LlmLibrary.Version, (string?)document["info"]!["version"]);
        foreach ((string path, JsonNode? methods) in document["paths"]!.AsObject())
        {
            foreach ((string method, JsonNode? _) in methods!.AsObject())
            {
                string place = path.Replace("{id}", "resp_0", StringComparison.Ordinal)
                    .Replace("{name}", "nothing", StringComparison.Ordinal);
                using var request = new HttpRequestMessage(HttpMethod.Parse(method), new Uri(place, UriKind.Relative));
                using HttpResponseMessage response = await serve.Http.SendAsync(request, Watchdog);
                Assert.AreNotEqual(HttpStatusCode.MethodNotAllowed, response.StatusCode, path);
                string said = await response.Content.ReadAsStringAsync(Watchdog);
                Assert.DoesNotContain("unknown_url", said, path);
            }
        }
    }

    [TestMethod]
    public async Task EachFieldOfARequest_IsReadAndNamedWhereItIsWrong()
    {
        await using ServeProgram serve = await ServeProgram.StartAsync(["engine=fake"], Watchdog);
        JsonNode document = await DocumentAsync(serve);
        foreach ((string path, string body) in s_valid)
        {
            await serve.PostAsync(path, body, 200, Watchdog);
            string schema = (string)document["paths"]![path]!["post"]!["requestBody"]!["content"]!["application/json"]!
                ["schema"]!["$ref"]!;
            JsonObject fields =
                document["components"]!["schemas"]![schema.Split('/')[^1]]!["properties"]!.AsObject();
            foreach ((string field, JsonNode? form) in fields)
            {
                JsonObject asked = JsonNode.Parse(body)!.AsObject();
                asked[field] = Wrong(form!.AsObject());
                JsonElement error = (await serve.PostAsync(path, asked.ToJsonString(), 400, Watchdog))
                    .GetProperty("error");
                StringAssert.StartsWith(error.GetProperty("message").GetString(), field, $"{path}: {asked}");
            }
        }
    }

    /// <summary>A value of a type that the field does not have.</summary>
    private static JsonNode Wrong(JsonObject form)
    {
        bool isNumber = form["type"]?.ToJsonString().Contains("number", StringComparison.Ordinal) == true
            || form["type"]?.ToJsonString().Contains("integer", StringComparison.Ordinal) == true;
        return isNumber ? new JsonArray(1) : JsonValue.Create(1.5);
    }

    private async Task<JsonNode> DocumentAsync(ServeProgram serve)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/openapi.json", UriKind.Relative));
        using HttpResponseMessage response = await serve.Http.SendAsync(request, Watchdog);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync(Watchdog))!;
    }
}
