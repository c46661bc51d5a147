using LlmBridge.Engines;
using LlmBridge.ScriptEngine;

// Usage: LlmBridge.ScriptEngine [SCRIPT], with steps split by ";", as the setting `command` of the fake engine has them
return EngineHost.Run(new Script(args.Length > 0 ? args[0] : "echo"));
