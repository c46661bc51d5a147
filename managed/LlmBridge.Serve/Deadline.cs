using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace LlmBridge.Serve;

/// <summary>How long a client waits: it says so in a header, and gets a 504 then.</summary>
internal static class Deadline
{
    public const string Header = "X-Timeout-Ms";

    private const int MostMs = 86_400_000;

    /// <summary>The limit on the call; null where the client named none.</summary>
    public static TimeSpan? Of(HttpRequest request)
    {
        string? text = request.Headers[Header];
        if (string.IsNullOrEmpty(text)) return null;
        bool isNumber = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int ms);
        if (isNumber && ms is > 0 and <= MostMs) return TimeSpan.FromMilliseconds(ms);
        throw ApiException.Wrong(Header, $"\"{text}\" is no time; allowed is 1 to {MostMs} milliseconds");
    }
}
