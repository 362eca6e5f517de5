using LoRDBA.Generator.Diagnostics;
using LoRDBA.Generator.Model;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace LoRDBA.Generator.Manifest;

/// <summary>A LordbaManifest item of the project.</summary>
/// <param name="Path">The file.</param>
/// <param name="Text">Its content; null: it cannot be read.</param>
/// <param name="ClassName">Of the set to be.</param>
/// <param name="Namespace">Of the set to be.</param>
internal sealed record ManifestFile(string Path, string? Text, string ClassName, string Namespace)
{
    /// <summary>The item, or null for an additional file of another kind.</summary>
    public static ManifestFile? Of(AdditionalText file, AnalyzerConfigOptionsProvider options, CancellationToken cancellation)
    {
        var item = options.GetOptions(file);
        if (Metadata("LordbaManifest") != "true") return null;
        return new(
            file.Path,
            file.GetText(cancellation)?.ToString(),
            Metadata("Class") is { Length: > 0 } className ? className : SetName.OfFile(file.Path),
            Metadata("Namespace") is { Length: > 0 } ns ? ns : SetName.OfProject(options.GlobalOptions));

        string Metadata(string name) => item.TryGetValue($"build_metadata.AdditionalFiles.{name}", out var value) ? value : "";
    }

    /// <summary>What the manifest says, as shapes to plan for.</summary>
    public Result<ShapeSpec> Read()
    {
        var start = Place.StartOf(Path);
        List<DiagnosticInfo> errors = [];
        if (!SetName.IsClass(ClassName)) errors.Add(DiagnosticInfo.Of(Rules.WrongName, start, ClassName, "name of a class", "Class"));
        if (!SetName.IsNamespace(Namespace)) errors.Add(DiagnosticInfo.Of(Rules.WrongName, start, Namespace, "namespace", "Namespace"));
        if (Text is null) errors.Add(DiagnosticInfo.Of(Rules.UnreadableFile, start, Path));

        var content = Text is null ? null : ManifestParser.Parse(Path, Text);
        errors.AddRange(content?.Errors ?? []);
        if (content?.Value is not { } manifest) return new(null, errors.ToEquatableArray());
        return Result<ShapeSpec>.Of(new(Namespace, ClassName, "internal", false, manifest.Base, [], start, manifest.Linears), errors);
    }
}
