using Microsoft.Extensions.Options;

namespace LlmBridge;

/// <summary>Has the library check options when they are first used, or at the start of the application.</summary>
/// <param name="name">Whose options these are.</param>
internal sealed class BridgeOptionsValidation(string name) : IValidateOptions<BridgeOptions>
{
    public ValidateOptionsResult Validate(string? name1, BridgeOptions options)
    {
        if (name1 != name) return ValidateOptionsResult.Skip;
        try
        {
            options.Validate();
            return ValidateOptionsResult.Success;
        }
        catch (Exception e) when (e is LlmException or ArgumentException)
        {
            return ValidateOptionsResult.Fail(e.Message);
        }
    }
}
