using System.Globalization;
using System.Text;
using LoRDBA.Runtime.Memory;
using LoRDBA.Runtime.Models;
using LoRDBA.Tool.Output;

namespace LoRDBA.Tool.Manifests;

/// <summary>Writes the text from which the source generator makes kernels. Equal input gives equal text.</summary>
internal static class ManifestWriter
{
    private static readonly string[] Headings = ["linear", "input", "n_in", "n_out", "rank", "scale_in"];

    /// <summary>Writes the file whole or not at all.</summary>
    /// <exception cref="IOException">It cannot be written; what was at the path is still there.</exception>
    public static void Save(string path, Model model, IReadOnlyList<AdapterShapes> adapters)
    {
        var text = Encoding.UTF8.GetBytes(ToText(model, adapters));
        WholeFile.Write(path, file => file.Write(text));
    }

    /// <summary>The text. Adapters of the same shapes share one list.</summary>
    public static string ToText(Model model, IReadOnlyList<AdapterShapes> adapters)
    {
        var text = new StringBuilder();
        text.Append("lordba-shapes 1\n");
        text.Append("# Written by 'lordba manifest'. Linears of one adapter with the same input and no scale_in have one shrink kernel together.\n");
        text.Append(CultureInfo.InvariantCulture, $"base {OneLine(model.Config.Name)}\n");
        text.Append(CultureInfo.InvariantCulture, $"fingerprint {model.Fingerprint}\n");
        foreach (var alike in adapters.GroupBy(adapter => string.Join('\n', adapter.Linears)))
        {
            text.Append('\n');
            foreach (var adapter in alike)
                if (adapter.Name is { } name) text.Append(CultureInfo.InvariantCulture, $"adapter {OneLine(name)}\n");
            Append(text, alike.First().Linears);
        }
        return text.ToString();
    }

    private static void Append(StringBuilder text, IReadOnlyList<LinearShape> linears)
    {
        string[][] rows = [Headings, .. linears.Select(Cells)];
        var widths = Headings.Select((_, column) => rows.Max(row => row[column].Length)).ToArray();
        for (var i = 0; i < rows.Length; i++)
            text.Append(i == 0 ? "#      " : "linear ").Append(string.Join(' ', rows[i].Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd()).Append('\n');
    }

    private static string[] Cells(LinearShape linear) =>
        [linear.Name, linear.Input, Number(linear.NIn), Number(linear.NOut), Number(linear.Rank), linear.HasScaleIn ? "yes" : "no"];

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    // A name is one line, not empty and no comment, whatever a file says: every reader knows other characters that end a line.
    private static string OneLine(string name) =>
        string.Concat(name.EnumerateRunes().Select(rune => VisibleText.IsVisible(rune) && rune.Value != '#' ? rune.ToString() : " ")).Trim() is { Length: > 0 } line ? line : "-";
}
