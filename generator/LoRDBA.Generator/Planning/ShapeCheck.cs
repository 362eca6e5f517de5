using System.Globalization;
using LoRDBA.Generator.Diagnostics;
using LoRDBA.Generator.Model;
using LoRDBA.Runtime.Kernels.Signs;

namespace LoRDBA.Generator.Planning;

/// <summary>Whether kernels can be made for a list of linears.</summary>
internal static class ShapeCheck
{
    /// <summary>Rows of signs of one linear; adapters of more are served by the runtime's own kernels.</summary>
    public const int MaxRank = SignLayout.MaxGeneratedRank;

    /// <summary>The most inputs for which the sums fit 32 bits.</summary>
    public const int MaxInputs = SignLayout.MaxInputs;

    /// <summary>Outputs that an adapter file can have.</summary>
    public const int MaxOutputs = 1 << 24;

    /// <summary>All that stands against a set of these shapes, but for boards and names.</summary>
    public static IEnumerable<DiagnosticInfo> Errors(ShapeSpec shape)
    {
        if (shape.Linears.Length == 0) yield return DiagnosticInfo.Of(Rules.NoLinear, shape.Place, shape.FullName);
        Dictionary<string, int> widths = [];
        foreach (var linear in shape.Linears)
        {
            if (linear.NIn is < 1 or > MaxInputs) yield return Width(linear, "n_in", linear.NIn, MaxInputs, linear.Places.NIn);
            if (linear.NOut is < 1 or > MaxOutputs) yield return Width(linear, "n_out", linear.NOut, MaxOutputs, linear.Places.NOut);
            if (linear.Rank is < 1 or > MaxRank) yield return DiagnosticInfo.Of(Rules.RankOutOfRange, linear.Places.Rank, Text(linear.Rank), linear.Name, Text(MaxRank));
            if (linear.Group is null) continue;
            if (!widths.TryGetValue(linear.Group, out var width)) widths.Add(linear.Group, linear.NIn);
            else if (width != linear.NIn) yield return DiagnosticInfo.Of(Rules.TwoWidths, linear.Places.NIn, linear.Name, Text(linear.NIn), Text(width));
        }
    }

    private static DiagnosticInfo Width(LinearSpec linear, string column, int value, int most, Place place) =>
        DiagnosticInfo.Of(Rules.WidthOutOfRange, place, column, Text(value), linear.Name, Text(most));

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
