using LoRDBA.Generator.Model;
using Microsoft.CodeAnalysis.Diagnostics;

namespace LoRDBA.Generator.Planning;

/// <summary>What the project says that holds for all of its sets.</summary>
/// <param name="Boards">The property LordbaBoard.</param>
/// <param name="AllowsUnsafe">The property AllowUnsafeBlocks.</param>
/// <param name="Layout">Of the runtime that it references.</param>
internal sealed record ProjectOptions(EquatableArray<string> Boards, bool AllowsUnsafe, RuntimeLayout Layout)
{
    /// <summary>Reads them.</summary>
    public static ProjectOptions Read(AnalyzerConfigOptions project, bool allowsUnsafe, RuntimeLayout layout)
    {
        // The compiler's option file takes a semicolon for the beginning of a comment: the targets hand over a list with commas.
        project.TryGetValue("build_property.LordbaBoards", out var boards);
        return new(Planning.Boards.Split(boards ?? "").ToEquatableArray(), allowsUnsafe, layout);
    }
}
