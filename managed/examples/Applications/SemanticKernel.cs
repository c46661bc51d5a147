using Microsoft.SemanticKernel;

namespace Applications;

/// <summary>Semantic Kernel takes the IChatClient among its services as it is.</summary>
internal static class SemanticKernel
{
    public static async Task RunAsync()
    {
        IKernelBuilder builder = Kernel.CreateBuilder();
        builder.Services.AddLlmBridge();
        Kernel kernel = builder.Build();
        FunctionResult answer = await kernel.InvokePromptAsync(
            "What is the capital of {{$country}}?", new KernelArguments { ["country"] = "France" });
        Console.WriteLine(answer);
    }
}
