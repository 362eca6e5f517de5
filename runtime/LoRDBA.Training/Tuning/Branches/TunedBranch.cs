using System.Numerics.Tensors;
using LoRDBA.Training.Backward;
using Linear = LoRDBA.Runtime.Models.Linear;

namespace LoRDBA.Training.Tuning.Branches;

/// <summary>
/// The branch of one linear in training, y += s_out ⊙ B (m ⊙ A x), in parts that workers share out. The scales are taken into the factors,
/// A' = m ⊙ A and B' = s_out ⊙ B; a LoRA has none:
/// <code>
///   forward     p = A' x                              tokens       y  += B' p                              outputs
///   backward    G = Σ_t p dyᵀ                         outputs      dB += s_out ⊙ G,  ds_out += Σ_r B ⊙ G
///               dp = B'ᵀ dy                           tokens       dx += A'ᵀ dp                            inputs
///               H = Σ_t dp xᵀ                         inputs       dA += m ⊙ H,      dm += Σ_i A ⊙ H
/// </code>
/// Every number is computed by one worker in one order, so the bits do not depend on the number of workers.
/// </summary>
internal sealed unsafe class TunedBranch
{
    /// <summary>Columns that are walked together: [rank][64] of G or H stay in the first-level cache.</summary>
    public const int Columns = 64;

    private readonly float[] partsOfM;

    /// <param name="linear">What it stands beside.</param>
    /// <param name="a">[rank][n_in]</param>
    /// <param name="b">[rank][n_out]</param>
    /// <param name="m">[1][rank], or null.</param>
    /// <param name="scaleOut">[1][n_out], or null.</param>
    public TunedBranch(Linear linear, TunedMatrix a, TunedMatrix b, Parameter? m, Parameter? scaleOut)
    {
        (Linear, A, B, M, ScaleOut) = (linear, a, b, m, scaleOut);
        partsOfM = m is null ? [] : new float[(a.Columns + Columns - 1) / Columns * a.Rows];
    }

    public Linear Linear { get; }

    public int Rank => A.Rows;

    public TunedMatrix A { get; }

    public TunedMatrix B { get; }

    /// <summary>m, or null in a LoRA.</summary>
    public Parameter? M { get; }

    /// <summary>s_out, or null in a LoRA.</summary>
    public Parameter? ScaleOut { get; }

    /// <summary>Floats of scratch that a worker needs: a factor and one piece of a gradient.</summary>
    public static long ScratchLength(int rank, int widest) => (long)rank * (widest + Columns);

    private float* MValues => M is null ? null : M.Values;

    private float* OutValues => ScaleOut is null ? null : ScaleOut.Values;

    /// <summary>p = A' x.</summary>
    /// <param name="x">[tokens][n_in]</param>
    /// <param name="tokens">How many.</param>
    /// <param name="p">[tokens][rank]</param>
    /// <param name="scratch">The worker's.</param>
    public void Shrink(float* x, int tokens, float* p, float* scratch)
    {
        var a = A.Scaled(0, A.Columns, MValues, null, scratch);
        Matmul.Multiply(tokens, Rank, A.Columns, new(x, A.Columns, 1), new(a.Data, 1, a.Row), p, accumulate: false);
    }

    /// <summary>y += B' p, outputs [start, end) of all tokens.</summary>
    public void Expand(float* p, int tokens, float* y, int start, int end, float* scratch)
    {
        if (start == end) return;
        var b = B.Scaled(start, end, null, OutValues, scratch);
        Matmul.Multiply(tokens, end - start, Rank, new(p, Rank, 1), b, y + start, B.Columns, accumulate: true);
    }

    /// <summary>dp = B'ᵀ dy.</summary>
    /// <param name="dy">[tokens][n_out]</param>
    /// <param name="tokens">How many.</param>
    /// <param name="dp">[tokens][rank]</param>
    /// <param name="scratch">The worker's.</param>
    public void ShrinkBack(float* dy, int tokens, float* dp, float* scratch)
    {
        var b = B.Scaled(0, B.Columns, null, OutValues, scratch);
        Matmul.Multiply(tokens, Rank, B.Columns, new(dy, B.Columns, 1), new(b.Data, 1, b.Row), dp, accumulate: false);
    }

    /// <summary>dB and ds_out, outputs [start, end).</summary>
    public void AddOutputGradients(float* p, float* dy, int tokens, int start, int end, float* scratch)
    {
        for (var column = start; column < end; column += Columns)
        {
            var width = Math.Min(Columns, end - column);
            if (!Product(B, p, dy, tokens, column, width, scratch)) continue;
            var signs = B.Scaled(column, column + width, null, null, scratch + Rank * width);
            for (var r = 0; r < Rank; r++)
            {
                var g = new ReadOnlySpan<float>(scratch + r * width, width);
                var to = new Span<float>(B.Gradients + (long)r * B.Columns + column, width);
                var byScale = ScaleOut!.Gradient.Slice(column, width);
                TensorPrimitives.MultiplyAdd(g, ScaleOut.Value.Slice(column, width), to, to);
                TensorPrimitives.MultiplyAdd(g, new ReadOnlySpan<float>(signs.Data + r * width, width), byScale, byScale);
            }
        }
    }

    /// <summary>dA, dm and, unless <paramref name="dx"/> is null, dx: inputs [start, end), which begin at a multiple of <see cref="Columns"/>.</summary>
    public void AddInputGradients(float* dp, float* x, int tokens, float* dx, int start, int end, float* scratch)
    {
        if (start == end) return;
        if (dx is not null)
        {
            var a = A.Scaled(start, end, MValues, null, scratch);
            Matmul.Multiply(tokens, end - start, Rank, new(dp, Rank, 1), a, dx + start, A.Columns, accumulate: true);
        }
        for (var column = start; column < end; column += Columns)
        {
            var width = Math.Min(Columns, end - column);
            if (!Product(A, dp, x, tokens, column, width, scratch)) continue;
            var signs = A.Scaled(column, column + width, null, null, scratch + Rank * width);
            for (var r = 0; r < Rank; r++)
            {
                var h = new ReadOnlySpan<float>(scratch + r * width, width);
                var to = new Span<float>(A.Gradients + (long)r * A.Columns + column, width);
                TensorPrimitives.MultiplyAdd(h, M!.Values[r], to, to);
                partsOfM[column / Columns * Rank + r] += TensorPrimitives.Dot(h, new ReadOnlySpan<float>(signs.Data + r * width, width));
            }
        }
    }

    /// <summary>Once at the end of a step, by one worker: dm from its parts, in the order of the inputs.</summary>
    public void SumM()
    {
        if (M is null) return;
        for (var i = 0; i < partsOfM.Length; i++) M.Gradient[i % Rank] += partsOfM[i];
        partsOfM.AsSpan().Clear();
    }

    /// <summary>Σ_t carriers ⊗ rows, some columns. A LoRA's goes to the gradient at once, and nothing is left to do.</summary>
    private bool Product(TunedMatrix factor, float* carriers, float* rows, int tokens, int column, int width, float* scratch)
    {
        var (left, right) = (new Strided(carriers, 1, Rank), new Strided(rows + column, factor.Columns, 1));
        if (factor.IsFloat) Matmul.Multiply(Rank, width, tokens, left, right, factor.Gradients + column, factor.Columns, accumulate: true);
        else Matmul.Multiply(Rank, width, tokens, left, right, scratch, accumulate: false);
        return !factor.IsFloat;
    }
}
