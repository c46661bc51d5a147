using System.CommandLine;
using LlmBridge.Mcp;

return await McpCommand.Make().Parse(args).InvokeAsync(
    new InvocationConfiguration { ProcessTerminationTimeout = null, EnableDefaultExceptionHandler = false });
