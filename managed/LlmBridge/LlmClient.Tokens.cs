using System.Text.Json;
using LlmBridge.Interop;

namespace LlmBridge;

public sealed partial class LlmClient
{
    /// <summary>Divides a text into tokens as the engine's model does, those that it wants at a text's ends included,
    /// without a chat template. Starts the engine if it must.</summary>
    /// <param name="text">Unicode text, not empty.</param>
    /// <param name="options">Special says what becomes of a text that spells a control token.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="LlmException">The call failed; with status Unsupported the engine has no tokens.</exception>
    public Task<IReadOnlyList<int>> TokenizeAsync(
        string text, CallOptions? options = null, CancellationToken cancellationToken = default)
    {
        CheckText(text);
        return TellAsync<IReadOnlyList<int>>(
            settings => NativeTokens.StartTokenize(_bridge, text, settings),
            answer => ReadTokens(answer.Bytes),
            options, cancellationToken);
    }

    /// <summary>Makes text of tokens. What is no UTF-8, such as half of a character, becomes U+FFFD.</summary>
    /// <param name="tokens">Numbers of tokens of the engine's model.</param>
    /// <param name="options">With Special Parse control tokens are spelled, else they are left out.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="LlmException">The call failed; with status InvalidArgument a number is no token of the
    /// model.</exception>
    public Task<string> DetokenizeAsync(
        IEnumerable<int> tokens, CallOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        int[] all = [.. tokens];
        return TellAsync(
            settings => NativeTokens.StartDetokenize(_bridge, all, settings),
            answer => Utf8.Answer(answer.Bytes.Span),
            options, cancellationToken);
    }

    private async Task<T> TellAsync<T>(
        Func<SettingsHandle, CallHandle> start, Func<AnswerText, T> read, CallOptions? options,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _operations.Enter(this);
        AnswerText text = TakeText();
        try
        {
            using SettingsHandle? settings = options?.ToSettings();
            using CallHandle call = start(settings ?? SettingsHandle.None);
            await ReadToEndAsync(call, text, cancellationToken).ConfigureAwait(false);
            return read(text);
        }
        finally
        {
            Return(text);
            _telemetry.WriteEvents();
            _operations.Exit();
        }
    }

    private static int[] ReadTokens(ReadOnlyMemory<byte> json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            return [.. document.RootElement.EnumerateArray().Select(token => token.GetInt32())];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new LlmException(LlmStatus.OutputInvalid, "the engine's answer is no array of tokens");
        }
    }

    private static IReadOnlyList<LlmTokenLogProbability> Probabilities(CallHandle call)
    {
        try
        {
            return LlmTokenLogProbability.ParseList(NativeTokens.Logprobs(call));
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException) // half of a pair, 256 for a byte
        {
            throw new LlmException(LlmStatus.OutputInvalid, "what the engine has told of its tokens cannot be");
        }
    }
}
