namespace LlmBridge.Comparison.Pages;
internal static class ComparisonPage { public static void Write(Report report, string folder) { } }
