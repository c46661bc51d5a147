using LlmBridge.TestModels;

return CommandLine.Run(args);
