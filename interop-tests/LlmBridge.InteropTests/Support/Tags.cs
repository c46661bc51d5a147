using System.Collections;

namespace LlmBridge.InteropTests.Support;

/// <summary>Tags of spans and measurements as text.</summary>
internal static class Tags
{
    public static string Describe(IEnumerable<KeyValuePair<string, object?>> tags) =>
        string.Join(' ', tags.Select(t => $"{t.Key}={Value(t.Value)}"));

    private static string Value(object? value) =>
        value is IEnumerable many and not string ? string.Join(',', many.Cast<object>()) : $"{value}";
}
