using Applications;
using LlmBridge.Engines;

// Usage: Applications NAME [ARGUMENT...]
string name = args.Length > 0 ? args[0] : "";
string[] rest = args.Length > 0 ? args[1..] : [];
switch (name)
{
    case "minimal-api": await MinimalApi.RunAsync(rest); break;
    case "worker": await AnsweringWorker.RunAsync(rest); break;
    case "functions": await Functions.RunAsync(); break;
    case "objects": await Objects.RunAsync(); break;
    case "telemetry": await Telemetry.RunAsync(); break;
    case "semantic-kernel": await SemanticKernel.RunAsync(); break;
    case "agent": await WeatherAgent.RunAsync(); break;
    case "tools": await ToolLoop.RunAsync(); break;
    case "scripted-tools": return EngineHost.Run(new ScriptedTools());
    case "scripted-model": return EngineHost.Run(new ScriptedModel());
    default:
        Console.Error.WriteLine(
            "Usage: Applications minimal-api|worker|functions|objects|telemetry|semantic-kernel|agent|tools");
        return 2;
}
return 0;
