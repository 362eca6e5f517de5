using System.Text;

namespace LoRDBA.Generator.Emit;

/// <summary>Writes lines of source text, indented by the blocks they stand in, with types in full (<see cref="TypeNames"/>).</summary>
internal sealed class SourceWriter
{
    private readonly StringBuilder text = new();
    private int depth;

    /// <summary>One line, or several of a raw string, each indented.</summary>
    public SourceWriter Line(string lines = "")
    {
        foreach (var line in lines.Split('\n'))
        {
            if (line.Length > 0) text.Append(' ', 4 * depth).Append(TypeNames.Qualify(line));
            text.Append('\n');
        }
        return this;
    }

    /// <summary>A header and what <paramref name="body"/> writes, in braces.</summary>
    public SourceWriter Block(string header, Action body)
    {
        Line(header).Line("{");
        depth++;
        body();
        depth--;
        return Line("}");
    }

    /// <summary>One line for every number below <paramref name="count"/>.</summary>
    public SourceWriter Each(int count, Func<int, string> line)
    {
        for (var i = 0; i < count; i++) Line(line(i));
        return this;
    }

    /// <summary>" + n", or nothing for 0.</summary>
    public static string Plus(int n) => n == 0 ? "" : $" + {n}";

    /// <inheritdoc/>
    public override string ToString() => text.ToString();

    /// <summary>name0, name1, ... for numbers below <paramref name="count"/>.</summary>
    public static string List(int count, Func<int, string> item) => string.Join(", ", Enumerable.Range(0, count).Select(item));
}
