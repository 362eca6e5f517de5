using LoRDBA.Generator.Model;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace LoRDBA.Generator.Planning;

/// <summary>What the project says that holds for all of its sets.</summary>
/// <param name="Boards">The property LordbaBoard.</param>
/// <param name="Compiler">What it asks of the compiler.</param>
internal sealed record ProjectOptions(EquatableArray<string> Boards, CompilerOptions Compiler)
{
    /// <summary>Reads them.</summary>
    public static ProjectOptions Read(AnalyzerConfigOptions project, CompilerOptions compiler)
    {
        // The compiler's option file takes a semicolon for the beginning of a comment: the targets hand over a list with commas.
        project.TryGetValue("build_property.LordbaBoards", out var boards);
        return new(Planning.Boards.Split(boards ?? "").ToEquatableArray(), compiler);
    }
}

/// <summary>What a project asks of the compiler.</summary>
/// <param name="AllowsUnsafe">The property AllowUnsafeBlocks.</param>
/// <param name="Language">The property LangVersion.</param>
/// <param name="Runtime">The runtime that it references.</param>
internal sealed record CompilerOptions(bool AllowsUnsafe, LanguageVersion Language, RuntimeVersion Runtime)
{
    /// <summary>Reads them.</summary>
    public static CompilerOptions Of(CSharpCompilation compilation) =>
        new(compilation.Options.AllowUnsafe, compilation.LanguageVersion, RuntimeVersion.Of(compilation));
}
