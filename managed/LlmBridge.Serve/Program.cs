using System.CommandLine;
using LlmBridge.Serve;

return await ServeCommand.Make().Parse(args).InvokeAsync(
    new InvocationConfiguration { ProcessTerminationTimeout = null, EnableDefaultExceptionHandler = false });
