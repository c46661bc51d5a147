using Microsoft.Extensions.Configuration;

namespace LlmBridge;

/// <summary>Reads options from a configuration by the names of properties or settings. A name that is none is an error:
/// a mistyped limit is none.</summary>
internal static class BridgeConfiguration
{
    private const string Calls = "CALLS", Settings = "SETTINGS";

    /// <exception cref="FormatException">A name or a value is wrong; the message says where it stands.</exception>
    public static void Read(IConfiguration configuration, BridgeOptions options)
    {
        foreach (IConfigurationSection section in configuration.GetChildren())
        {
            string name = Plain(section.Key);
            if (name == Calls) ReadCalls(section, options.Calls ??= new CallOptions());
            else if (name == Settings) options.Settings = Named(section, options.Settings);
            else if (!OptionSetters.TrySet(options, name, Text(section)))
            {
                throw Unknown(section, OptionSetters.OfBridgeOptions);
            }
        }
    }

    private static void ReadCalls(IConfigurationSection configuration, CallOptions options)
    {
        foreach (IConfigurationSection section in configuration.GetChildren())
        {
            string name = Plain(section.Key);
            if (name == Settings) options.Settings = Named(section, options.Settings);
            else if (!OptionSetters.TrySet(options, name, Text(section)))
            {
                throw Unknown(section, OptionSetters.OfCallOptions);
            }
        }
    }

    private static Dictionary<string, string> Named(
        IConfigurationSection configuration, IReadOnlyDictionary<string, string>? before)
    {
        var settings = new Dictionary<string, string>(before ?? new Dictionary<string, string>());
        foreach (IConfigurationSection section in configuration.GetChildren())
        {
            settings[section.Key] = section.Value
                ?? throw new FormatException($"{section.Path} must be one text: settings by name have text values");
        }
        return settings;
    }

    private static OptionText Text(IConfigurationSection section) => new(
        section.Path, section.Value, [.. section.GetChildren().Select(child => child.Value ?? "")]);

    private static FormatException Unknown(IConfigurationSection section, string[] names)
    {
        string nearest = names.MinBy(name => Distance(Plain(name), Plain(section.Key)))!;
        return new FormatException($"{section.Path} is no option of llmbridge; the nearest is {nearest}");
    }

    /// <summary>How many letters have to be changed, by Levenshtein.</summary>
    private static int Distance(string one, string other)
    {
        int[] above = [.. Enumerable.Range(0, other.Length + 1)];
        for (int i = 1; i <= one.Length; i++)
        {
            int[] row = new int[above.Length];
            row[0] = i;
            for (int j = 1; j <= other.Length; j++)
            {
                int replaced = above[j - 1] + (one[i - 1] == other[j - 1] ? 0 : 1);
                row[j] = Math.Min(replaced, Math.Min(above[j], row[j - 1]) + 1);
            }
            above = row;
        }
        return above[^1];
    }

    private static string Plain(string name) => name.Replace("_", "", StringComparison.Ordinal).ToUpperInvariant();
}
