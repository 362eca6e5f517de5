using LoRDBA.Generator.Diagnostics;

namespace LoRDBA.Generator.Model;

/// <summary>The shapes that one manifest lists or one class declares, before planning.</summary>
/// <param name="Namespace">Of the set to be; empty: the global one.</param>
/// <param name="ClassName">Of the set to be.</param>
/// <param name="Accessibility">"public" or "internal".</param>
/// <param name="IsPartial">Whether the program declares a part of the class itself.</param>
/// <param name="Base">The base model; null: any.</param>
/// <param name="Boards">Boards of this set alone; empty: the project's.</param>
/// <param name="Place">What a complaint about the set as a whole points to.</param>
/// <param name="Linears">In the order of the source.</param>
internal sealed record ShapeSpec(
    string Namespace,
    string ClassName,
    string Accessibility,
    bool IsPartial,
    BaseSpec? Base,
    EquatableArray<string> Boards,
    Place Place,
    EquatableArray<LinearSpec> Linears)
{
    /// <summary>The class with its namespace.</summary>
    public string FullName => Namespace.Length == 0 ? ClassName : $"{Namespace}.{ClassName}";
}

/// <summary>A base model as a manifest names it.</summary>
/// <param name="Name">For messages and headers.</param>
/// <param name="Fingerprint">64 lower-case hex digits.</param>
internal sealed record BaseSpec(string Name, string Fingerprint);

/// <summary>One adapted linear layer.</summary>
/// <param name="Name">For messages.</param>
/// <param name="Group">
/// Linears of one group that have no s_in read the same activations, and their shrink products are one kernel. Null: alone.
/// </param>
/// <param name="NIn">Inputs.</param>
/// <param name="NOut">Outputs.</param>
/// <param name="Rank">Rows of signs on either side.</param>
/// <param name="HasScaleIn">Whether its inputs are scaled: then its activations are its own.</param>
/// <param name="Places">Where its numbers stand.</param>
internal sealed record LinearSpec(string Name, string? Group, int NIn, int NOut, int Rank, bool HasScaleIn, LinearPlaces Places);

/// <summary>Where the numbers of a linear stand in the source.</summary>
internal sealed record LinearPlaces(Place NIn, Place NOut, Place Rank);
