using System.Globalization;

namespace LlmBridge.Comparison.Pages;

/// <summary>Numbers as people read them: three digits that count, thousands apart.</summary>
internal static class Number
{
    private const int Digits = 3;

    public static string Text(double value)
    {
        if (value == 0) return "0";
        int decimals = Math.Max(0, Digits - 1 - (int)Math.Floor(Math.Log10(Math.Abs(value))));
        decimals = Math.Min(decimals, 4);
        string text =
            Math.Round(value, decimals).ToString("#,0." + new string('#', decimals), CultureInfo.InvariantCulture);
        return text;
    }

    public static string Mebibytes(long? kibibytes) =>
        kibibytes == null ? "" : Text(Math.Round(kibibytes.Value / 1024.0, 2));
}
