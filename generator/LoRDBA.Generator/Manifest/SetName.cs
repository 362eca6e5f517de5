using System.Globalization;
using System.Text;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace LoRDBA.Generator.Manifest;

/// <summary>What a set is called where the project does not say it.</summary>
internal static class SetName
{
    /// <summary>Members of a set: C# forbids to call a class as one of its own.</summary>
    private static readonly string[] Members =
        ["Instance", "Name", "LayoutVersion", "BaseFingerprint", "CannotRunHere", "FindShrink", "FindExpand"];

    /// <summary>Words of emitted code that mean something else wherever a class or a namespace has that name.</summary>
    private static readonly string[] Words = ["var", "nint", "_"];

    /// <summary><c>home-en.v2.shapes</c> becomes HomeEnV2Kernels, <c>7b.shapes</c> _7bKernels.</summary>
    public static string OfFile(string path)
    {
        var name = new StringBuilder();
        var isStart = true;
        foreach (var c in Path.GetFileNameWithoutExtension(path))
        {
            if (char.IsLetterOrDigit(c)) name.Append(isStart ? char.ToUpperInvariant(c) : c);
            isStart = !char.IsLetterOrDigit(c);
        }
        return StartingWithLetter(name.Append("Kernels").ToString());
    }

    /// <summary>The project's root namespace; letters that none may have become '_', as in the SDK's templates.</summary>
    public static string OfProject(AnalyzerConfigOptions project)
    {
        project.TryGetValue("build_property.RootNamespace", out var name);
        return string.Join(".", (name ?? "").Split('.').Select(part => StartingWithLetter(new string([.. part.Select(c => char.IsLetterOrDigit(c) ? c : '_')]))));
    }

    /// <summary>Whether a set can be called so.</summary>
    public static bool IsClass(string name) => IsIdentifier(name) && !Members.Contains(name);

    /// <summary>Whether a namespace can be called so; the empty name is the global one.</summary>
    public static bool IsNamespace(string name) => name.Length == 0 || name.Split('.').All(IsIdentifier);

    // A keyword is a name: it is emitted with an '@'. A formatting character is none: the compiler takes names with and without one for equal.
    private static bool IsIdentifier(string name) =>
        SyntaxFacts.IsValidIdentifier(name) && !Words.Contains(name) && name.All(c => char.GetUnicodeCategory(c) != UnicodeCategory.Format);

    private static string StartingWithLetter(string name) => name.Length > 0 && char.IsDigit(name[0]) ? $"_{name}" : name;
}
