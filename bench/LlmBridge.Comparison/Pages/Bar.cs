namespace LlmBridge.Comparison.Pages;

/// <summary>A bar from zero (or the axis's beginning) to its value, with a line from low to high.</summary>
/// <param name="Value">Null where there is nothing to draw.</param>
/// <param name="Text">What stands at its end.</param>
/// <param name="Ours">Whether it is drawn to be found first.</param>
internal sealed record Bar(string Label, double? Value, double? Low, double? High, string Text, bool Ours);

/// <summary>Bars that answer one question.</summary>
internal sealed record BarGroup(string Title, IReadOnlyList<Bar> Bars);

/// <summary>A picture: groups of bars over one axis.</summary>
internal sealed record BarChart(string Title, string Note, IReadOnlyList<BarGroup> Groups);
