using LlmBridge.Engines;

// Gives back what it gets, word by word. Run by
//   llmbridge ask "Who is there?" --engine custom --set command="dotnet /path/to/EchoEngine.dll"
return EngineHost.Run(new EchoEngine());
