using System.Text.Json;
using LlmBridge;

// Shares engines with every other program of this user: hosts/python/examples/shared_engines.py does the same and finds
// the same engines.
//   dotnet SharedEngines.dll ask "Hello"                 one model, loaded once for all
//   dotnet SharedEngines.dll note DAEMON NAME VALUE      a daemon that keeps values
//   dotnet SharedEngines.dll read DAEMON NAME
string[] words = args;
try
{
    await using LlmClient client = await LlmClient.OpenAsync(words[0] == "ask"
        ? new BridgeOptions { Isolation = LlmIsolation.Shared }
        : new BridgeOptions
        {
            Isolation = LlmIsolation.Shared,
            Engine = LlmEngine.Jsonrpc,
            Command = ["python3", words[1]],
        });
    string answer = words switch
    {
        ["ask", var prompt] => (await client.AskAsync(prompt)).Text,
        ["note", _, var name, var value] => await InvokeAsync(client, "note", name, value),
        ["read", _, var name] => await InvokeAsync(client, "read", name),
        _ => throw new ArgumentException("usage: ask PROMPT, note DAEMON NAME VALUE or read DAEMON NAME"),
    };
    Console.WriteLine($"engine {client.EngineProcessId}: {answer.ReplaceLineEndings(" ")}");
    return 0;
}
catch (LlmException e)
{
    Console.WriteLine($"{e.Error.Code}: {e.Message}");
    return 1;
}

static async Task<string> InvokeAsync(LlmClient client, string method, params string[] parameters) =>
    (await client.InvokeAsync(method, JsonSerializer.SerializeToElement(parameters))).ToString();
