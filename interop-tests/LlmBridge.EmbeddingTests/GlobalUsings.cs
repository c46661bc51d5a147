global using LlmBridge.InteropTests.Support;
global using Microsoft.VisualStudio.TestTools.UnitTesting;
