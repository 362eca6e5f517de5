using System.Globalization;

namespace LoRDBA.Tool.Output;

/// <summary>Labelled values, one a line, the values under each other: how a verb describes a thing to a person.</summary>
internal sealed class FactList
{
    private readonly List<(string Label, string Value)> facts = [];

    /// <summary>Adds a line; a value that is not known adds none.</summary>
    public FactList Add(string label, string? value)
    {
        if (!string.IsNullOrEmpty(value)) facts.Add((VisibleText.Of(label), value));
        return this;
    }

    /// <summary>Writes the lines, indented.</summary>
    public void Write(TextOutput output)
    {
        var width = facts.Max(fact => fact.Label.Length);
        foreach (var (label, value) in facts) output.WriteLine($"  {label.PadRight(width)}  {value}");
    }

    /// <summary>A size for a person: "713.4 KB (713,408 bytes)", with powers of 1000.</summary>
    public static string Bytes(long bytes) => bytes < 1000
        ? $"{bytes} bytes"
        : string.Create(CultureInfo.InvariantCulture, $"{Short(bytes)} ({bytes:N0} bytes)");

    /// <summary>A number for a person, with thousands separated.</summary>
    public static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Short(double bytes)
    {
        string[] units = ["bytes", "KB", "MB", "GB", "TB"];
        var unit = 0;
        for (; bytes >= 1000 && unit < units.Length - 1; unit++) bytes /= 1000;
        return string.Create(CultureInfo.InvariantCulture, $"{bytes:0.0} {units[unit]}");
    }
}
