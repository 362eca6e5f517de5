namespace LoRDBA.Training.Conversion;

/// <summary>
/// How the error E = W - X of an approximation is measured: ‖E‖² + α ‖UᵀE‖² + β ‖E V‖² + γ ‖UᵀE V‖², with the singular vectors
/// U and V of W.
/// </summary>
/// <remarks>
/// The Frobenius norm alone spends all signs on the few large singular values: the small ones are lost almost wholly, although
/// they cost the model as much per unit of error. UᵀE V is the error along W itself, a matrix of only rank × rank elements. All other
/// error is noise at right angles to W, and averages out. Weighting UᵀE V makes X keep every singular direction at its full length, at the
/// price of more noise.
/// </remarks>
/// <param name="Outputs">α: errors in directions of the outputs that W writes to.</param>
/// <param name="Inputs">β: errors in answer to directions of the inputs that W reads.</param>
/// <param name="Both">γ: errors from the one to the other.</param>
internal readonly record struct FitObjective(double Outputs, double Inputs, double Both)
{
    /// <summary>The Frobenius norm.</summary>
    public static FitObjective Frobenius => default;

    /// <summary>What the conversion uses (docs/decisions.md has the figures).</summary>
    public static FitObjective Default => new(10, 10, 100);
}
