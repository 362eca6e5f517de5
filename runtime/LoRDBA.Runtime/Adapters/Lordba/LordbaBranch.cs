using LoRDBA.Runtime.Adapters.Lora;
using LoRDBA.Runtime.Kernels.Factors;
using LoRDBA.Runtime.Kernels.Signs;
using LoRDBA.Runtime.Models;

namespace LoRDBA.Runtime.Adapters.Lordba;

/// <summary>
/// A double-binary branch, s_out ⊙ S_B (m ⊙ S_A (s_in ⊙ x)) (arXiv 2605.24058). It reads memory that its adapter owns:
/// the signs as they lie in the file and as planes, the scales decoded to float32.
/// </summary>
internal sealed unsafe class LordbaBranch
{
    private readonly float* m;
    private readonly float* scaleOut;
    private readonly float* scaleIn;
    private readonly byte* planes;

    /// <summary>The branch beside a linear.</summary>
    /// <param name="linear">The linear.</param>
    /// <param name="tensor">Its tensor in the file.</param>
    /// <param name="m">[rank].</param>
    /// <param name="scaleOut">s_out, [n_out] padded with zeros to whole groups of lanes.</param>
    /// <param name="scaleIn">s_in, [n_in] padded likewise, or null.</param>
    /// <param name="planes">Room for S_B as <see cref="SignPlanes"/>.</param>
    public LordbaBranch(Linear linear, in LordbaTensor tensor, float* m, float* scaleOut, float* scaleIn, byte* planes)
    {
        Linear = linear;
        (SignsA, SignsB) = (tensor.SignsA, tensor.SignsB);
        this.m = m;
        this.scaleOut = scaleOut;
        this.scaleIn = scaleIn;
        this.planes = planes;
        GenericKernels = [.. Enumerable.Range(0, SignLayout.Passes(Rank)).Select(pass => new GenericExpand(linear.NOut, SignLayout.PassRank(Rank, pass)))];
    }

    /// <summary>The linear.</summary>
    public Linear Linear { get; }

    /// <summary>S_A, [rank][n_in].</summary>
    public SignMatrix SignsA { get; }

    /// <summary>S_B transposed, [rank][n_out].</summary>
    public SignMatrix SignsB { get; }

    /// <summary>The kernels of its passes, where no generated one fits.</summary>
    public ExpandKernel[] GenericKernels { get; }

    /// <summary>Width of the bottleneck.</summary>
    public int Rank => SignsA.Rows;

    /// <summary>m, [rank].</summary>
    public ReadOnlySpan<float> M => new(m, Rank);

    /// <summary>s_out, [n_out].</summary>
    public ReadOnlySpan<float> ScaleOut => new(scaleOut, SignsB.Columns);

    /// <summary>s_in, [n_in]; empty when there is none.</summary>
    public ReadOnlySpan<float> ScaleIn => new(scaleIn, scaleIn == null ? 0 : SignsA.Columns);

    /// <summary>Fills scales and planes from the file; called once, before the branch is used.</summary>
    public void Decode(in LordbaTensor tensor)
    {
        tensor.DecodeM(new Span<float>(m, Rank));
        tensor.DecodeScaleOut(new Span<float>(scaleOut, SignsB.Columns));
        if (scaleIn != null) tensor.DecodeScaleIn(new Span<float>(scaleIn, SignsA.Columns));
        SignPlanes.Pack(SignsB, planes);
    }

    /// <summary>z = down(x) in float32: the oracle of the stage's whole numbers.</summary>
    public void ShrinkFloat(float* x, int tokens, float* z, int zStride)
    {
        if (scaleIn == null) FactorProduct.Shrink(new SignFactor(SignsA), m, x, tokens, SignsA.Columns, z, zStride, 0, Rank);
        else FactorProduct.Shrink(new ScaledSignFactor(SignsA, scaleIn), m, x, tokens, SignsA.Columns, z, zStride, 0, Rank);
    }

    /// <summary>y += weight · expand(z), by sign kernels, one for each pass: z as look-up tables.</summary>
    public void Expand(ExpandKernel[] kernels, byte* z, int zStride, int tokens, float* y, int rowStart, int rowEnd, float weight)
    {
        var signs = planes;
        foreach (var kernel in kernels)
        {
            kernel.Run(signs, scaleOut, z, zStride, tokens, y, rowStart, rowEnd, weight);
            signs += (long)SignPlanes.Count(kernel.Rank) * SignsB.Columns;
            z += LookupTables.Stride(kernel.Rank);
        }
    }

    /// <summary>The same in float32: the oracle of the look-ups. z is [tokens][zStride].</summary>
    public void ExpandFloat(float* z, int zStride, int tokens, float* y, int rowStart, int rowEnd, float weight) =>
        FactorProduct.Expand(new SignFactor(SignsB), Rank, scaleOut, z, tokens, zStride, y, SignsB.Columns, rowStart, rowEnd, weight);

    /// <summary>A = S_A diag(s_in), B = diag(s_out) S_B diag(m).</summary>
    public LoraFactors ToFactors()
    {
        var factors = LoraFactors.Empty(Linear, Rank, scaling: 1);
        for (var k = 0; k < Rank; k++)
        {
            for (var column = 0; column < Linear.NIn; column++) factors.A[k * Linear.NIn + column] = SignsA[k, column] * (ScaleIn.IsEmpty ? 1 : ScaleIn[column]);
            for (var row = 0; row < Linear.NOut; row++) factors.B[row * Rank + k] = SignsB[k, row] * ScaleOut[row] * M[k];
        }
        return factors;
    }
}
