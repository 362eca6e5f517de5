using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace LoRDBA.Generator.Diagnostics;

/// <summary>
/// A stretch of a file, as values: a Location or a SyntaxTree would keep a whole compilation alive in the cache and never
/// equal its successor.
/// </summary>
/// <param name="Path">The file.</param>
/// <param name="Span">Characters from its beginning.</param>
/// <param name="Lines">The same as lines and columns, from 0.</param>
internal sealed record Place(string Path, TextSpan Span, LinePositionSpan Lines)
{
    /// <summary>Where a node of the program stands.</summary>
    public static Place Of(SyntaxNode node)
    {
        var lines = node.SyntaxTree.GetLineSpan(node.Span);
        return new(lines.Path, node.Span, lines.Span);
    }

    /// <summary>The beginning of a file: for complaints about all of it.</summary>
    public static Place StartOf(string path) => new(path, default, default);

    /// <summary>As the compiler reports it.</summary>
    public Location ToLocation() => Location.Create(Path, Span, Lines);
}
