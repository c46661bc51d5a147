using LlmBridge.Engines;
using LlmBridge.Http;

return EngineHost.Run(new HttpEngine());
