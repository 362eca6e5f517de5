using LoRDBA.Generator.Emit;
using LoRDBA.Generator.Model;
using Microsoft.CodeAnalysis;

namespace LoRDBA.Generator.Diagnostics;

/// <summary>Something wrong with the input, as a value that travels between stages.</summary>
/// <param name="Rule">One of <see cref="Rules"/>.</param>
/// <param name="Place">Where.</param>
/// <param name="Arguments">What fills the rule's sentence.</param>
internal sealed record DiagnosticInfo(DiagnosticDescriptor Rule, Place Place, EquatableArray<string> Arguments)
{
    /// <summary>Creates one from a rule, a place and the words that fill the rule's sentence, of which a terminal or an editor shows all.</summary>
    public static DiagnosticInfo Of(DiagnosticDescriptor rule, Place place, params string[] arguments) =>
        new(rule, place, arguments.Select(Escape.Comment).ToEquatableArray());

    /// <summary>As the compiler reports it.</summary>
    public Diagnostic ToDiagnostic() => Diagnostic.Create(Rule, Place.ToLocation(), [.. Arguments]);
}

/// <summary>What a stage found, or what is wrong: never both.</summary>
/// <param name="Value">Null if there are errors.</param>
/// <param name="Errors">All of them, not only the first.</param>
internal sealed record Result<T>(T? Value, EquatableArray<DiagnosticInfo> Errors) where T : class
{
    /// <summary>The value if nothing is wrong, otherwise the errors.</summary>
    public static Result<T> Of(T value, IReadOnlyCollection<DiagnosticInfo> errors) => new(errors.Count == 0 ? value : null, errors.ToEquatableArray());
}
