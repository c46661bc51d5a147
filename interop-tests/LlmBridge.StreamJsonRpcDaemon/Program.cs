using LlmBridge.StreamJsonRpcDaemon;
using StreamJsonRpc;

// Usage: LlmBridge.StreamJsonRpcDaemon lines|headers: how messages are framed
using Stream output = Console.OpenStandardOutput(), input = Console.OpenStandardInput();
using var formatter = new SystemTextJsonFormatter();
IJsonRpcMessageHandler handler = args is ["headers"]
    ? new HeaderDelimitedMessageHandler(output, input, formatter)
    : new NewLineDelimitedMessageHandler(output, input, formatter)
    {
        NewLine = NewLineDelimitedMessageHandler.NewLineStyle.Lf,
    };
using var rpc = new JsonRpc(handler);
var methods = new DaemonMethods();
rpc.AddLocalRpcTarget(methods, null);
methods.Peer = rpc;
rpc.StartListening();
await rpc.Completion;
