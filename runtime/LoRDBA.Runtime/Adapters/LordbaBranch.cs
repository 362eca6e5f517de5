using LoRDBA.Runtime.Kernels;

namespace LoRDBA.Runtime.Adapters;

/// <summary>
/// A double-binary branch, s_out ⊙ S_B (m ⊙ S_A (s_in ⊙ x)) (arXiv 2605.24058). It reads memory that its adapter owns:
/// the signs in the mapped file, the scales decoded to float32.
/// </summary>
/// <param name="signsA">S_A, [rank][n_in].</param>
/// <param name="signsB">S_B transposed, [rank][n_out].</param>
/// <param name="m">[rank].</param>
/// <param name="scaleOut">s_out, [n_out] padded with zeros to whole groups of lanes.</param>
/// <param name="scaleIn">s_in, [n_in] padded likewise, or null.</param>
internal sealed unsafe class LordbaBranch(SignMatrix signsA, SignMatrix signsB, float* m, float* scaleOut, float* scaleIn) : AdapterBranch
{
    /// <summary>S_A, [rank][n_in].</summary>
    public SignMatrix SignsA { get; } = signsA;

    /// <summary>S_B transposed, [rank][n_out].</summary>
    public SignMatrix SignsB { get; } = signsB;

    /// <inheritdoc/>
    public override int Rank => SignsA.Rows;

    /// <summary>m, [rank].</summary>
    public ReadOnlySpan<float> M => new(m, Rank);

    /// <summary>s_out, [n_out].</summary>
    public ReadOnlySpan<float> ScaleOut => new(scaleOut, SignsB.Columns);

    /// <summary>s_in, [n_in]; empty when there is none.</summary>
    public ReadOnlySpan<float> ScaleIn => new(scaleIn, scaleIn == null ? 0 : SignsA.Columns);

    /// <summary>Fills m, s_out and s_in from the file; called once, before the branch is used.</summary>
    public void DecodeScales(in LordbaTensor tensor)
    {
        tensor.DecodeM(new Span<float>(m, Rank));
        tensor.DecodeScaleOut(new Span<float>(scaleOut, SignsB.Columns));
        if (scaleIn != null) tensor.DecodeScaleIn(new Span<float>(scaleIn, SignsA.Columns));
    }

    /// <inheritdoc/>
    public override void Down(float* x, int tokens, float* z, int zStride, int rankStart, int rankEnd)
    {
        if (scaleIn == null) FactorProduct.Down(new SignFactor(SignsA), m, x, tokens, SignsA.Columns, z, zStride, rankStart, rankEnd);
        else FactorProduct.Down(new ScaledSignFactor(SignsA, scaleIn), m, x, tokens, SignsA.Columns, z, zStride, rankStart, rankEnd);
    }

    /// <inheritdoc/>
    public override void Up(float* z, int tokens, int zStride, float* y, int rowStart, int rowEnd, float weight) =>
        FactorProduct.Up(new SignFactor(SignsB), Rank, scaleOut, z, tokens, zStride, y, SignsB.Columns, rowStart, rowEnd, weight);
}
