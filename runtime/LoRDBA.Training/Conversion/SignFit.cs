using System.Numerics.Tensors;
using MathNet.Numerics.LinearAlgebra;

namespace LoRDBA.Training.Conversion;

/// <summary>
/// A double-binary approximation X = diag(s_out) S_B diag(m) S_A diag(s_in) of an update W = U diag(σ) Vᵀ while it is being
/// fitted: each step lowers <see cref="FitObjective"/>'s measure of E = W - X, and all that a step takes is of size rank × rank or
/// rank × channels.
/// </summary>
/// <remarks>
/// With Z_A [n_in][rank] = diag(s_in) S_Aᵀ, Z_B [n_out][rank] = diag(s_out) S_B and the moments of <see cref="SignSide"/>,
/// <code>
///   J = ‖E‖² + α ‖UᵀE‖² + β ‖E V‖² + γ ‖UᵀE V‖²  =  mᵀ S m - 2 tᵀ m + J(0)
///   S = Gram_A ⊙ Gram_B + α Gram_A ⊙ InnerGram_B + β InnerGram_A ⊙ Gram_B + γ InnerGram_A ⊙ InnerGram_B
///   t = diag of  Weighted_Bᵀ Σ Weighted_A + α Inner_Bᵀ Σ Weighted_A + β Weighted_Bᵀ Σ Inner_A + γ Inner_Bᵀ Σ Inner_A
/// </code>
/// where weights p of the inputs act in ‖E‖² and ‖UᵀE‖². So m solves S m = t, and for one side the other's matrices make the
/// quadratic that <see cref="SignSide.Improve"/> lowers channel by channel. A scale that comes out negative turns the signs that
/// it multiplies, so scales are magnitudes.
/// </remarks>
internal sealed partial class SignFit
{
    /// <summary>Keeps the system for m solvable when two ranks have equal signs; far below any real energy.</summary>
    private const double Ridge = 1e-10;

    private readonly LowRankUpdate update;
    private readonly FitObjective objective;
    private readonly bool fitsScaleIn;
    private readonly double atZero;

    /// <summary>Starts with the signs of two real factors whose product approximates W.</summary>
    /// <param name="update">W, of rank 1 or more.</param>
    /// <param name="start">B, [n_out][rank], and Aᵀ, [n_in][rank].</param>
    /// <param name="objective">How errors are measured.</param>
    /// <param name="fitsScaleIn">Whether inputs have scales; they are 1 otherwise.</param>
    /// <param name="inputWeights">p, [n_in]; null: 1.</param>
    public SignFit(LowRankUpdate update, SignStart start, FitObjective objective, bool fitsScaleIn, double[]? inputWeights = null)
    {
        (this.update, this.objective, this.fitsScaleIn) = (update, objective, fitsScaleIn);
        Rank = start.Rank;
        var p = inputWeights ?? Ones(update.NIn);
        Out = new SignSide(update.U, Ones(update.NOut), update.Rank, Rank);
        In = new SignSide(update.V, p, update.Rank, Rank);
        M = Ones(Rank);
        Take(start.B, Out, scaled: true);
        Take(start.A, In, scaled: fitsScaleIn);
        atZero = MeasureOfUpdate(p);
        FitM();
    }

    /// <summary>Ranks of signs.</summary>
    public int Rank { get; }

    /// <summary>S_B and s_out.</summary>
    public SignSide Out { get; }

    /// <summary>S_A and s_in.</summary>
    public SignSide In { get; }

    /// <summary>m, [rank], at least 0.</summary>
    public double[] M { get; private set; }

    /// <summary>J</summary>
    public double Error
    {
        get
        {
            var value = atZero;
            for (var k = 0; k < Rank; k++)
            {
                value -= 2 * M[k] * Linear(k);
                for (var l = 0; l < Rank; l++) value += M[k] * M[l] * Quadratic(k * Rank + l);
            }
            return value;
        }
    }

    /// <summary>One round over everything: inputs, m, outputs, m.</summary>
    /// <param name="fitScales">Whether scales move too, or only signs and m.</param>
    public void Improve(bool fitScales = true)
    {
        In.Improve(StepFor(Out, objective.Outputs, objective.Inputs), fitScales && fitsScaleIn);
        FitM();
        Out.Improve(StepFor(In, objective.Inputs, objective.Outputs), fitScales);
        FitM();
    }

    /// <summary>m ← its least-squares optimum.</summary>
    public void FitM()
    {
        var system = Matrix<double>.Build.Dense(Rank, Rank, (k, l) => Quadratic(k * Rank + l));
        var ridge = Ridge * system.Diagonal().Maximum();
        if (ridge == 0) return;
        for (var k = 0; k < Rank; k++) system[k, k] += ridge;
        M = system.Cholesky().Solve(Vector<double>.Build.Dense(Rank, Linear)).ToArray();
        for (var k = 0; k < Rank; k++)
        {
            if (M[k] >= 0) continue;
            M[k] = -M[k];
            In.Turn(k);
        }
    }

    /// <summary>
    /// Moves constant factors between the scale vectors until s_in has the mean 1 and s_out and m have equal ones: X stays
    /// the same, and all of them lie well inside the range of F16.
    /// </summary>
    public void Normalize()
    {
        double meanIn = In.Scales.Average(), meanOut = Out.Scales.Average(), meanM = M.Average();
        if (meanIn <= 0 || meanOut <= 0 || meanM <= 0) return;
        var mean = Math.Sqrt(meanIn * meanOut * meanM);
        TensorPrimitives.Divide(In.Scales, meanIn, In.Scales);
        TensorPrimitives.Multiply(Out.Scales, mean / meanOut, Out.Scales);
        TensorPrimitives.Multiply(M, mean / meanM, M);
        In.Refresh();
        Out.Refresh();
    }

    /// <summary>Takes scales over as they were written.</summary>
    /// <param name="scaleOut">[n_out]</param>
    /// <param name="scaleIn">[n_in]</param>
    public void SetScales(ReadOnlySpan<double> scaleOut, ReadOnlySpan<double> scaleIn)
    {
        scaleOut.CopyTo(Out.Scales);
        scaleIn.CopyTo(In.Scales);
        Out.Refresh();
        In.Refresh();
    }

    /// <summary>The quadratic for one side, seen from the other: <paramref name="own"/> and <paramref name="others"/> are the weights α and β of their subspaces.</summary>
    private SideStep StepFor(SignSide other, double others, double own)
    {
        var step = new SideStep(new double[Rank * Rank], new double[Rank * Rank], new double[update.Rank * Rank], new double[update.Rank * Rank]);
        for (var k = 0; k < Rank; k++)
        {
            for (var l = 0; l < Rank; l++)
            {
                var (i, mm) = (k * Rank + l, M[k] * M[l]);
                step.Quadratic1[i] = mm * (other.Gram[i] + others * other.InnerGram[i]);
                step.Quadratic2[i] = mm * (own * other.Gram[i] + objective.Both * other.InnerGram[i]);
            }
        }
        for (var a = 0; a < update.Rank; a++)
        {
            for (var k = 0; k < Rank; k++)
            {
                var (i, ms) = (a * Rank + k, M[k] * update.Sigma[a]);
                step.Linear1[i] = ms * (other.Weighted[i] + others * other.Inner[i]);
                step.Linear2[i] = ms * (own * other.Weighted[i] + objective.Both * other.Inner[i]);
            }
        }
        return step;
    }

    /// <summary>S, element i.</summary>
    private double Quadratic(int i) =>
        In.Gram[i] * (Out.Gram[i] + objective.Outputs * Out.InnerGram[i])
        + In.InnerGram[i] * (objective.Inputs * Out.Gram[i] + objective.Both * Out.InnerGram[i]);

    /// <summary>t_k</summary>
    private double Linear(int k)
    {
        var sum = 0.0;
        for (var a = 0; a < update.Rank; a++)
        {
            var i = a * Rank + k;
            sum += update.Sigma[a] * (
                In.Weighted[i] * (Out.Weighted[i] + objective.Outputs * Out.Inner[i])
                + In.Inner[i] * (objective.Inputs * Out.Weighted[i] + objective.Both * Out.Inner[i]));
        }
        return sum;
    }

    /// <summary>J(0): ‖W‖² weighted, which is Σ_k σ_k² (1 + α) v_kᵀ diag(p) v_k + σ_k² (β + γ).</summary>
    private double MeasureOfUpdate(double[] p)
    {
        var sum = 0.0;
        for (var channel = 0; channel < p.Length; channel++)
        {
            var v = In.BasisOf(channel);
            for (var k = 0; k < v.Length; k++) sum += p[channel] * (1 + objective.Outputs) * Square(update.Sigma[k] * v[k]);
        }
        return sum + (objective.Inputs + objective.Both) * update.SquaredNorm;
    }

    /// <summary>Signs of real rows, and as scale their mean magnitude: the best one if the row stood alone.</summary>
    private static void Take(double[] factor, SignSide side, bool scaled)
    {
        for (var i = 0; i < factor.Length; i++) side.Signs[i] = factor[i] < 0 ? -1 : 1;
        for (var channel = 0; channel < side.Channels; channel++)
            side.Scales[channel] = scaled ? TensorPrimitives.SumOfMagnitudes<double>(factor.AsSpan(channel * side.Rank, side.Rank)) / side.Rank : 1;
        side.Refresh();
    }

    private static double Square(double value) => value * value;

    private static double[] Ones(int count)
    {
        var ones = new double[count];
        Array.Fill(ones, 1);
        return ones;
    }
}
