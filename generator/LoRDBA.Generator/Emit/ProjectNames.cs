using Microsoft.CodeAnalysis.CSharp;

namespace LoRDBA.Generator.Emit;

/// <summary>Names of the project as emitted code writes them: every name that a manifest, a class or a project gives goes through here.</summary>
internal static class ProjectNames
{
    /// <summary>
    /// A class or a namespace, with an '@' before each part that C# would read otherwise: a keyword of any version, a name without a capital
    /// (which may become one), or the name of a type that emitted code uses.
    /// </summary>
    public static string Escape(string name) => string.Join(".", name.Split('.').Select(part => NeedsMark(part) ? $"@{part}" : part));

    private static bool NeedsMark(string part) =>
        TypeNames.Has(part)
        || SyntaxFacts.GetKeywordKind(part) != SyntaxKind.None
        || SyntaxFacts.GetContextualKeywordKind(part) != SyntaxKind.None
        || part.Length > 0 && part.All(c => c is >= 'a' and <= 'z');
}
