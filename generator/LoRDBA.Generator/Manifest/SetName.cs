using System.Text;
using LoRDBA.Generator.Emit;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace LoRDBA.Generator.Manifest;

/// <summary>What a set is called where the project does not say it.</summary>
internal static class SetName
{
    /// <summary><c>home-en.v2.shapes</c> becomes HomeEnV2Kernels.</summary>
    public static string OfFile(string path)
    {
        var name = new StringBuilder();
        var isStart = true;
        foreach (var c in Path.GetFileNameWithoutExtension(path))
        {
            if (char.IsLetterOrDigit(c)) name.Append(isStart ? char.ToUpperInvariant(c) : c);
            isStart = !char.IsLetterOrDigit(c);
        }
        return name.Append("Kernels").ToString();
    }

    /// <summary>The project's root namespace; letters that none may have become '_', as in the SDK's templates.</summary>
    public static string OfProject(AnalyzerConfigOptions project)
    {
        project.TryGetValue("build_property.RootNamespace", out var name);
        return string.Join(".", (name ?? "").Split('.').Select(part => new string([.. part.Select(c => char.IsLetterOrDigit(c) ? c : '_')])));
    }

    /// <summary>Whether a class can be called so. C# allows characters in a name that it then ignores and nobody sees; here they are refused.</summary>
    public static bool IsClass(string name) =>
        SyntaxFacts.IsValidIdentifier(name) && SyntaxFacts.GetKeywordKind(name) == SyntaxKind.None && Escape.Comment(name) == name;

    /// <summary>Whether a namespace can be called so; the empty name is the global one.</summary>
    public static bool IsNamespace(string name) => name.Length == 0 || name.Split('.').All(IsClass);
}
