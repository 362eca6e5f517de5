using System.Numerics.Tensors;

namespace LoRDBA.Training.Backward;

/// <summary>
/// The LoRDBA branch of a linear (arXiv 2605.24058): y += s_out ⊙ S_B (m ⊙ S_A x), trained straight through (arXiv 1308.3432):
/// S = sgn(latent) on the way forward; on the way back the gradient by S goes to the latent unchanged.
/// </summary>
/// <remarks>
/// T tokens, r carriers. Both latents lie rank-major, as the signs do in an adapter's blob: S_A as [r][n_in], S_B transposed as [r][n_out].
/// Signs are taken while the product copies its panels: nothing else holds them, and a latent that the optimizer moved needs no call.
/// Kept from forward to backward is z = S_A x alone, T · r numbers: p = m ⊙ z and u = S_B p are made again, for little at small r.
/// </remarks>
public sealed unsafe class SignBranch
{
    /// <summary>Everything zero, to be filled from an adapter that exists. To train from nothing see <see cref="FromScratch"/>.</summary>
    /// <param name="name">What the parameters' names begin with: the weight's GGUF name.</param>
    /// <param name="rank">Carriers, r.</param>
    /// <param name="nIn">Inputs of the linear.</param>
    /// <param name="nOut">Outputs of the linear.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive.</exception>
    public SignBranch(string name, int rank, int nIn, int nOut)
    {
        LatentA = new Parameter(name + ".a", rank, nIn);
        LatentB = new Parameter(name + ".b", rank, nOut);
        M = new Parameter(name + ".m", 1, rank);
        ScaleOut = new Parameter(name + ".s_out", 1, nOut);
    }

    /// <summary>r</summary>
    public int Rank => LatentA.Rows;

    /// <summary>n_in</summary>
    public int NIn => LatentA.Columns;

    /// <summary>n_out</summary>
    public int NOut => LatentB.Columns;

    /// <summary>[r][n_in], of which S_A are the signs.</summary>
    public Parameter LatentA { get; }

    /// <summary>[r][n_out], of which S_B, transposed, are the signs.</summary>
    public Parameter LatentB { get; }

    /// <summary>m, [1][r]; any sign: an adapter's writer moves it into S_A.</summary>
    public Parameter M { get; }

    /// <summary>s_out, [1][n_out]; any sign: an adapter's writer moves it into S_B.</summary>
    public Parameter ScaleOut { get; }

    /// <summary>All four, for an optimizer.</summary>
    public IReadOnlyList<Parameter> Parameters => [LatentA, LatentB, M, ScaleOut];

    /// <summary>To train from nothing: latents from N(0, 0.02²), m = 1/√n_in, s_out = 0. The branch adds nothing at first.</summary>
    /// <param name="name">What the parameters' names begin with: the weight's GGUF name.</param>
    /// <param name="rank">Carriers, r.</param>
    /// <param name="nIn">Inputs of the linear.</param>
    /// <param name="nOut">Outputs of the linear.</param>
    /// <param name="random">Drawn from for latent A, then for latent B.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive.</exception>
    public static SignBranch FromScratch(string name, int rank, int nIn, int nOut, Random random)
    {
        var branch = new SignBranch(name, rank, nIn, nOut);
        branch.LatentA.FillNormal(random, 0.02f);
        branch.LatentB.FillNormal(random, 0.02f);
        branch.M.Value.Fill(1 / MathF.Sqrt(nIn));
        return branch;
    }

    /// <summary>Whether a latent's sign is +1: sgn without a zero.</summary>
    public static bool IsPlus(float latent) => latent >= 0;

    /// <summary>Numbers of scratch that either direction needs for so many tokens: p and dz [T][r], u [T][n_out].</summary>
    public int ScratchLength(int tokens) => checked(tokens * (2 * Rank + NOut));

    /// <summary>Adds the branch to y and overwrites z.</summary>
    /// <param name="x">[T][n_in], the linear's input; has to be the same on the way back.</param>
    /// <param name="z">[T][r], kept for <see cref="Backward"/>.</param>
    /// <param name="y">[T][n_out], added to.</param>
    /// <param name="scratch"><see cref="ScratchLength"/> at least.</param>
    /// <exception cref="ArgumentException">The lengths do not fit together.</exception>
    public void Forward(ReadOnlySpan<float> x, Span<float> z, Span<float> y, Span<float> scratch)
    {
        var tokens = CheckedTokens(x, z, y, nameof(y), scratch);
        fixed (float* input = x, kept = z, a = LatentA.Value)
            Matmul.MultiplySigns(tokens, Rank, NIn, new(input, NIn, 1), new(a, 1, NIn), kept, accumulate: false);
        var u = Expand(z, scratch, tokens, out _);
        for (var t = 0; t < tokens; t++)
        {
            var row = y.Slice(t * NOut, NOut);
            TensorPrimitives.MultiplyAdd(u.Slice(t * NOut, NOut), ScaleOut.Value, row, row);
        }
    }

    /// <summary>
    /// With du = s_out ⊙ dy, dp = S_Bᵀ du, dz = m ⊙ dp: ds_out += Σ_t dy ⊙ u, dS_B += Σ_t du pᵀ, dm += Σ_t dp ⊙ z, dS_A += Σ_t dz xᵀ, and
    /// dx += S_Aᵀ dz. A frozen parameter is skipped.
    /// </summary>
    /// <param name="x">[T][n_in], as on the way forward.</param>
    /// <param name="z">[T][r], from <see cref="Forward"/>.</param>
    /// <param name="dy">[T][n_out], the gradient by y.</param>
    /// <param name="dx">[T][n_in], added to.</param>
    /// <param name="scratch"><see cref="ScratchLength"/> at least.</param>
    /// <exception cref="ArgumentException">The lengths do not fit together.</exception>
    public void Backward(ReadOnlySpan<float> x, ReadOnlySpan<float> z, ReadOnlySpan<float> dy, Span<float> dx, Span<float> scratch)
    {
        var tokens = CheckedTokens(x, z, dy, nameof(dy), scratch);
        Lengths.Require(dx.Length, tokens, NIn, nameof(dx));
        var u = Expand(z, scratch, tokens, out var p);
        var dz = scratch.Slice(tokens * (Rank + NOut), tokens * Rank);
        for (var t = 0; t < tokens; t++)
        {
            var row = dy.Slice(t * NOut, NOut);
            var du = u.Slice(t * NOut, NOut);
            if (!ScaleOut.IsFrozen) TensorPrimitives.MultiplyAdd(row, du, ScaleOut.Gradient, ScaleOut.Gradient);
            TensorPrimitives.Multiply(row, ScaleOut.Value, du);
        }

        fixed (float* input = x, a = LatentA.Value, b = LatentB.Value, da = LatentA.Gradient, db = LatentB.Gradient)
        fixed (float* carriers = p, byU = u, byZ = dz, byX = dx)
        {
            if (!LatentB.IsFrozen)
                Matmul.Multiply(Rank, NOut, tokens, new(carriers, 1, Rank), new(byU, NOut, 1), db, accumulate: true);
            Matmul.MultiplySigns(tokens, Rank, NOut, new(byU, NOut, 1), new(b, 1, NOut), byZ, accumulate: false);
            for (var t = 0; t < tokens; t++)
            {
                var dp = dz.Slice(t * Rank, Rank);
                if (!M.IsFrozen) TensorPrimitives.MultiplyAdd(dp, z.Slice(t * Rank, Rank), M.Gradient, M.Gradient);
                TensorPrimitives.Multiply(dp, M.Value, dp);
            }

            if (!LatentA.IsFrozen)
                Matmul.Multiply(Rank, NIn, tokens, new(byZ, 1, Rank), new(input, NIn, 1), da, accumulate: true);
            Matmul.MultiplySigns(tokens, NIn, Rank, new(byZ, Rank, 1), new(a, NIn, 1), byX, accumulate: true);
        }
    }

    // p = m ⊙ z and u = S_B p, the first two parts of the scratch.
    private Span<float> Expand(ReadOnlySpan<float> z, Span<float> scratch, int tokens, out Span<float> p)
    {
        p = scratch[..(tokens * Rank)];
        var u = scratch.Slice(tokens * Rank, tokens * NOut);
        for (var t = 0; t < tokens; t++) TensorPrimitives.Multiply(z.Slice(t * Rank, Rank), M.Value, p.Slice(t * Rank, Rank));
        fixed (float* carriers = p, b = LatentB.Value, result = u)
            Matmul.MultiplySigns(tokens, NOut, Rank, new(carriers, Rank, 1), new(b, NOut, 1), result, accumulate: false);
        return u;
    }

    private int CheckedTokens(ReadOnlySpan<float> x, ReadOnlySpan<float> z, ReadOnlySpan<float> y, string yName, Span<float> scratch)
    {
        var tokens = Lengths.Rows(x.Length, NIn, nameof(x));
        Lengths.Require(z.Length, tokens, Rank, nameof(z));
        Lengths.Require(y.Length, tokens, NOut, yName);
        Lengths.RequireScratch(scratch.Length, ScratchLength(tokens), nameof(scratch));
        return tokens;
    }
}
