using LoRDBA.Runtime.Generation;
using LoRDBA.Training.Conversion;
using MathNet.Numerics.LinearAlgebra;

namespace LoRDBA.Training.Baselines;

/// <summary>Only one factor binary: A as signs of the turned SVD factor, B as the least-squares fit to them in 8 bits.</summary>
internal static class SingleBinary
{
    private const int GroupLength = 128;

    /// <summary>W ≈ B S_A with B = W S_Aᵀ (S_A S_Aᵀ)⁻¹, rounded to 8 bits in groups.</summary>
    /// <param name="update">W.</param>
    /// <param name="rank">Rows of signs.</param>
    public static FactorPair Fit(LowRankUpdate update, int rank)
    {
        var start = SignStart.Rotated(update, rank, new SplitMix(0));
        var signs = Matrix<double>.Build.Dense(rank, update.NIn, (k, j) => start.A[j * rank + k] < 0 ? -1 : 1);
        Matrix<double> Basis(double[] rows, int count) => Matrix<double>.Build.Dense(count, update.Rank, (row, k) => rows[row * update.Rank + k]);

        // The signs' Gram matrix could lack a rank by chance: a very small ridge keeps the system solvable.
        var gram = signs.TransposeAndMultiply(signs) + Matrix<double>.Build.DenseDiagonal(rank, 1e-9 * update.NIn);
        var right = Matrix<double>.Build.DiagonalOfDiagonalArray(update.Sigma) * Basis(update.V, update.NIn).TransposeThisAndMultiply(signs.Transpose());
        var b = Basis(update.U, update.NOut) * gram.Cholesky().Solve(right.Transpose()).Transpose();

        var quantizer = new RoundToNearest(8, GroupLength);
        float[][] columns = [.. Enumerable.Range(0, rank).Select(k => b.Column(k).Select(value => (float)value).ToArray())];
        var bits = columns.Sum(column => quantizer.Quantize(column)) + (long)rank * update.NIn;
        return new FactorPair([.. Enumerable.Range(0, rank).Select(k => signs.Row(k).Select(value => (float)value).ToArray())], columns, bits);
    }
}
