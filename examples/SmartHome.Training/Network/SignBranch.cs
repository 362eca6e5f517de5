using System.Numerics.Tensors;

namespace LoRDBA.Examples.SmartHome.Training.Network;

/// <summary>
/// The LoRDBA branch y += s_out ⊙ S_B (m ⊙ S_A x), arXiv 2605.24058, trained straight through: S = sgn(latent) on the way
/// forward, the gradient by S goes to the latent unchanged. Both sign matrices lie rank-major, as in the blob:
/// S_A [rank][n_in], S_Bᵀ [rank][n_out].
/// </summary>
internal sealed unsafe class SignBranch
{
    private readonly FloatBuffer signsA, signsAT, signsBT, signsB;

    // Kept from the forward pass: z = S_A x and p = m ⊙ z [tokens][rank], u = S_B p [tokens][n_out]; and scratch for du, dz.
    private FloatBuffer z = new(0), p = new(0), u = new(0), du = new(0), dz = new(0);

    /// <summary>From scratch: latents from N(0, 0.02²), m = 1/√n_in, s_out = 0, so that training starts at the base.</summary>
    public SignBranch(string name, int rank, int nIn, int nOut, Random random)
    {
        (Rank, NIn, NOut) = (rank, nIn, nOut);
        LatentA = new Parameter(name + ".a", rank, nIn);
        LatentBT = new Parameter(name + ".b", rank, nOut);
        M = new Parameter(name + ".m", 1, rank);
        SOut = new Parameter(name + ".s_out", 1, nOut);
        LatentA.Value.FillNormal(random, 0.02f);
        LatentBT.Value.FillNormal(random, 0.02f);
        M.Value.Span.Fill(1 / MathF.Sqrt(nIn));
        (signsA, signsAT) = (new FloatBuffer(rank * nIn), new FloatBuffer(rank * nIn));
        (signsBT, signsB) = (new FloatBuffer(rank * nOut), new FloatBuffer(rank * nOut));
        Refresh();
    }

    public int Rank { get; }

    public int NIn { get; }

    public int NOut { get; }

    public Parameter LatentA { get; }

    public Parameter LatentBT { get; }

    public Parameter M { get; }

    public Parameter SOut { get; }

    /// <summary>sgn without a zero.</summary>
    public static bool IsPlus(float value) => value >= 0;

    public IEnumerable<Parameter> Parameters => [LatentA, LatentBT, M, SOut];

    /// <summary>Takes the signs from the latents anew.</summary>
    public void Refresh()
    {
        TakeSigns(LatentA, signsA, signsAT);
        TakeSigns(LatentBT, signsBT, signsB);
    }

    public void Forward(float* x, float* y, int tokens)
    {
        Reserve(tokens);
        Matmul.Multiply(tokens, Rank, NIn, x, NIn, 1, signsAT.Data, z.Data, accumulate: false);
        for (var t = 0; t < tokens; t++)
            TensorPrimitives.Multiply(z.Span.Slice(t * Rank, Rank), M.Value.Span, p.Span.Slice(t * Rank, Rank));
        Matmul.Multiply(tokens, NOut, Rank, p.Data, Rank, 1, signsBT.Data, u.Data, accumulate: false);
        for (var t = 0; t < tokens; t++)
        {
            var row = new Span<float>(y + t * NOut, NOut);
            TensorPrimitives.MultiplyAdd(u.Span.Slice(t * NOut, NOut), SOut.Value.Span, row, row);
        }
    }

    /// <summary>With du = s_out ⊙ dy, dp = S_Bᵀ du, dz = m ⊙ dp: ds_out = Σ dy ⊙ u, dS_Bᵀ = pᵀ du, dm = Σ dp ⊙ z,
    /// dS_A = dzᵀ x, and dx += dz S_A.</summary>
    public void Backward(float* x, float* dy, float* dx, int tokens)
    {
        for (var t = 0; t < tokens; t++)
        {
            var row = new ReadOnlySpan<float>(dy + t * NOut, NOut);
            TensorPrimitives.MultiplyAdd(row, u.Span.Slice(t * NOut, NOut), SOut.Gradient.Span, SOut.Gradient.Span);
            TensorPrimitives.Multiply(row, SOut.Value.Span, du.Span.Slice(t * NOut, NOut));
        }

        Matmul.Multiply(Rank, NOut, tokens, p.Data, 1, Rank, du.Data, LatentBT.Gradient.Data, accumulate: true);
        Matmul.Multiply(tokens, Rank, NOut, du.Data, NOut, 1, signsB.Data, dz.Data, accumulate: false);
        for (var t = 0; t < tokens; t++)
        {
            var dp = dz.Span.Slice(t * Rank, Rank);
            TensorPrimitives.MultiplyAdd(dp, z.Span.Slice(t * Rank, Rank), M.Gradient.Span, M.Gradient.Span);
            TensorPrimitives.Multiply(dp, M.Value.Span, dp);
        }

        Matmul.Multiply(Rank, NIn, tokens, dz.Data, 1, Rank, x, LatentA.Gradient.Data, accumulate: true);
        Matmul.Multiply(tokens, NIn, Rank, dz.Data, Rank, 1, signsA.Data, dx, accumulate: true);
    }

    private static void TakeSigns(Parameter latent, FloatBuffer signs, FloatBuffer transposed)
    {
        for (var i = 0; i < signs.Length; i++)
            signs.Data[i] = IsPlus(latent.Value.Data[i]) ? 1 : -1;
        signs.TransposeTo(transposed, latent.Rows, latent.Columns);
    }

    private void Reserve(int tokens)
    {
        if (u.Length >= tokens * NOut)
            return;
        (u, du) = (new FloatBuffer(tokens * NOut), new FloatBuffer(tokens * NOut));
        (z, p, dz) = (new FloatBuffer(tokens * Rank), new FloatBuffer(tokens * Rank), new FloatBuffer(tokens * Rank));
    }
}
