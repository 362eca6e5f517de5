using LoRDBA.Generator.Diagnostics;
using LoRDBA.Generator.Model;
using LoRDBA.Runtime.Kernels.Signs;
using Microsoft.CodeAnalysis.CSharp;

namespace LoRDBA.Generator.Planning;

/// <summary>From shapes and boards to distinct kernels: pure functions.</summary>
internal static class KernelPlanner
{
    /// <summary>Plans all sets of a project. A set with an error is left out: none is emitted in part.</summary>
    public static KernelPlan Plan(IEnumerable<Result<ShapeSpec>> shapes, ProjectOptions project)
    {
        List<DiagnosticInfo> errors = [];
        List<KernelSetSpec> sets = [];
        Dictionary<string, ShapeSpec> taken = [];
        // The compiler and many file systems tell generated files apart by more than case alone.
        Dictionary<string, int> files = new(StringComparer.OrdinalIgnoreCase);
        DiagnosticInfo? wrongProject = null;
        foreach (var result in shapes)
        {
            errors.AddRange(result.Errors);
            if (result.Value is not { } shape) continue;
            var before = errors.Count;
            if (taken.TryGetValue(shape.FullName, out var other)) errors.Add(Conflict(shape, other));
            else taken.Add(shape.FullName, shape);
            if (!project.Compiler.AllowsUnsafe) errors.Add(DiagnosticInfo.Of(Rules.UnsafeMissing, shape.Place));
            errors.AddRange(ShapeCheck.Errors(shape));
            // Once: it is the project's fault, and no set can be made.
            wrongProject ??= WrongProject(shape, project.Compiler);
            var boards = shape.Boards.Length > 0 ? shape.Boards : project.Boards;
            errors.AddRange(BoardErrors(shape, boards));
            if (errors.Count == before && wrongProject is null) sets.Add(Set(shape, boards, FileName(shape, files)));
        }
        if (wrongProject is not null) errors.Insert(0, wrongProject);
        sets.Sort((a, b) => string.CompareOrdinal(a.FullName, b.FullName));
        return new(sets.ToEquatableArray(), errors.ToEquatableArray());
    }

    /// <summary>
    /// The distinct kernels of a list of linears. Linears of one group without s_in read the same activations: their rows of
    /// S_A are one shrink kernel, whose rank is the sum. Expand products are never fused, because their inputs differ; those of many ranks run in
    /// passes.
    /// </summary>
    public static IEnumerable<(KernelKind Kind, int Channels, int Rank)> Kernels(IEnumerable<LinearSpec> linears)
    {
        var all = linears.ToList();
        var alone = all.Where(linear => linear.HasScaleIn || linear.Group is null)
            .Select(linear => (KernelKind.Shrink, linear.NIn, linear.Rank));
        var fused = all.Where(linear => !linear.HasScaleIn && linear.Group is not null).GroupBy(linear => linear.Group)
            .Select(group => (KernelKind.Shrink, group.First().NIn, group.Sum(linear => linear.Rank)));
        var expand = all.SelectMany(linear => Enumerable.Range(0, SignLayout.Passes(linear.Rank))
            .Select(pass => (KernelKind.Expand, linear.NOut, SignLayout.PassRank(linear.Rank, pass))));
        return alone.Concat(fused).Concat(expand).Distinct().OrderBy(kernel => kernel);
    }

    private static KernelSetSpec Set(ShapeSpec shape, EquatableArray<string> boards, string fileName)
    {
        var paths = boards.Aggregate(Paths.Scalar, (union, board) => union | Boards.Find(board) ?? Paths.Scalar);
        var names = string.Join(", ", boards);
        var kernels = Kernels(shape.Linears)
            .Select(kernel => new KernelSpec(kernel.Kind, kernel.Channels, kernel.Rank, paths, names, shape.Namespace, shape.ClassName, fileName));
        return new(
            shape.Namespace, shape.ClassName, shape.Accessibility, shape.IsPartial, shape.Base?.Fingerprint, shape.Base?.Name, names, paths,
            kernels.ToEquatableArray(), fileName);
    }

    // A hyphen is in no name of a class, so the file of one set is never that of another.
    private static string FileName(ShapeSpec shape, Dictionary<string, int> files)
    {
        files.TryGetValue(shape.FullName, out var before);
        files[shape.FullName] = before + 1;
        return before == 0 ? shape.FullName : $"{shape.FullName}-{before + 1}";
    }

    private static DiagnosticInfo? WrongProject(ShapeSpec shape, CompilerOptions compiler) =>
        compiler.Language < LanguageVersion.CSharp9
            ? DiagnosticInfo.Of(Rules.OldLanguage, shape.Place, compiler.Language.ToDisplayString()) :
        !compiler.Runtime.Fits
            ? DiagnosticInfo.Of(
                Rules.WrongRuntime, shape.Place, RuntimeVersion.OfGenerator.Number!, $"{RuntimeVersion.OfGenerator.Layout}", compiler.Runtime.Description) :
        null;

    private static IEnumerable<DiagnosticInfo> BoardErrors(ShapeSpec shape, EquatableArray<string> boards)
    {
        if (boards.Length == 0) yield return DiagnosticInfo.Of(Rules.NoBoard, shape.Place, shape.FullName);
        foreach (var board in boards)
            if (Boards.Find(board) is null) yield return DiagnosticInfo.Of(Rules.UnknownBoard, shape.Place, board, Boards.Names);
    }

    private static DiagnosticInfo Conflict(ShapeSpec shape, ShapeSpec other) =>
        shape.Base is { } mine && other.Base is { } theirs && mine.Fingerprint != theirs.Fingerprint
        ? DiagnosticInfo.Of(Rules.TwoBases, shape.Place, shape.FullName, other.Place.Path, theirs.Name, mine.Name)
        : DiagnosticInfo.Of(Rules.TwoSets, shape.Place, shape.FullName, other.Place.Path);
}
