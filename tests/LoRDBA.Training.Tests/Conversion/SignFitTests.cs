using LoRDBA.Runtime.Generation;
using LoRDBA.Training.Conversion;
using MathNet.Numerics.LinearAlgebra;

namespace LoRDBA.Training.Tests.Conversion;

/// <summary>The closed forms, which only see rank × rank matrices, against the n_out × n_in matrices that they stand for.</summary>
public sealed class SignFitTests
{
    public static TheoryData<double, double, double, bool, bool> Objectives => new()
    {
        { 0, 0, 0, false, false },
        { 0, 0, 0, true, true },
        { 3, 0, 0, true, false },
        { 0, 5, 0, false, true },
        { 0, 0, 40, false, false },
        { 30, 20, 1000, true, true },
    };

    private static SignFit Start(LowRankUpdate update, int rank, FitObjective objective, bool inScale, double[]? weights = null) =>
        new(update, SignStart.Rotated(update, rank, new SplitMix(1)), objective, inScale, weights);

    [Theory, MemberData(nameof(Objectives))]
    public void The_error_is_that_of_the_dense_matrices(double outputs, double inputs, double both, bool inScale, bool weighted)
    {
        var update = RandomUpdate.Of(20, 30, rank: 4, seed: 5);
        var weights = weighted ? Enumerable.Range(0, 30).Select(j => 0.1 + j % 7).ToArray() : null;
        var fit = Start(update, 6, new(outputs, inputs, both), inScale, weights);
        for (var round = 0; round < 3; round++)
        {
            var error = RandomUpdate.Dense(update) - RandomUpdate.Dense(fit);
            var root = Matrix<double>.Build.DiagonalOfDiagonalArray([.. (weights ?? Enumerable.Repeat(1.0, 30)).Select(Math.Sqrt)]);
            Matrix<double> ut = RandomUpdate.U(update).Transpose(), v = RandomUpdate.V(update);
            var expected = Squared(error * root) + outputs * Squared(ut * error * root) + inputs * Squared(error * v) + both * Squared(ut * error * v);
            Assert.Equal(1, fit.Error / expected, 1e-9);
            fit.Improve();
        }
    }

    [Theory, MemberData(nameof(Objectives))]
    public void No_round_raises_the_error(double outputs, double inputs, double both, bool inScale, bool weighted)
    {
        var update = RandomUpdate.Of(40, 25, rank: 6, seed: 2);
        var fit = Start(update, 6, new(outputs, inputs, both), inScale, weighted ? [.. Enumerable.Range(1, 25).Select(j => j / 13.0)] : null);
        var last = fit.Error;
        for (var round = 0; round < 8; round++)
        {
            fit.Improve();
            Assert.InRange(fit.Error, 0, last * (1 + 1e-9));
            last = fit.Error;
        }
    }

    [Fact]
    public void Norm_inner_product_and_cosine_are_those_of_the_dense_matrices()
    {
        var update = RandomUpdate.Of(20, 30, rank: 4, seed: 5);
        var fit = Start(update, 4, FitObjective.Default, inScale: true, [.. Enumerable.Range(1, 30).Select(j => j / 10.0)]);
        fit.Improve();
        Matrix<double> w = RandomUpdate.Dense(update), x = RandomUpdate.Dense(fit);

        Assert.Equal(1, fit.SquaredNorm / Squared(x), 1e-10);
        Assert.Equal(1, fit.InnerProduct / w.PointwiseMultiply(x).RowSums().Sum(), 1e-10);
        Assert.Equal(w.PointwiseMultiply(x).RowSums().Sum() / Math.Sqrt(Squared(w) * Squared(x)), fit.Cosine, 1e-10);
        Assert.Equal(Math.Sqrt(Squared(w - x) / Squared(w)), fit.RelativeError, 1e-10);
    }

    [Fact]
    public void After_their_step_neither_m_nor_a_scale_can_be_moved_without_loss()
    {
        var update = RandomUpdate.Of(12, 18, rank: 3, seed: 11);
        var fit = Start(update, 3, new(2, 3, 10), inScale: false);
        for (var round = 0; round < 30; round++) fit.Improve();
        fit.FitM();
        AssertOptimal(fit, fit.M, () => { });
        AssertOptimal(fit, fit.Out.Scales, fit.Out.Refresh);
    }

    [Fact]
    public void Scales_are_magnitudes()
    {
        var update = RandomUpdate.Of(10, 14, rank: 2, seed: 4);
        var fit = Start(update, 3, FitObjective.Default, inScale: true);
        fit.Improve();
        Assert.All([.. fit.M, .. fit.Out.Scales, .. fit.In.Scales], scale => Assert.True(scale >= 0));
        Assert.All([.. fit.Out.Signs, .. fit.In.Signs], sign => Assert.Equal(1, Math.Abs(sign)));
    }

    [Fact]
    public void An_update_of_rank_one_is_matched_exactly()
    {
        // |b| and |a| become s_out and s_in, their signs S_B and S_A: nothing is lost.
        var fit = Start(RandomUpdate.Of(15, 21, rank: 1, seed: 9), 1, FitObjective.Default, inScale: true);
        for (var round = 0; round < 3; round++) fit.Improve();
        Assert.InRange(fit.RelativeError, 0, 1e-6);
    }

    [Fact]
    public void Least_squares_are_too_short_and_removing_the_shrinkage_restores_every_row()
    {
        var update = RandomUpdate.Of(40, 60, rank: 8, seed: 6);
        var fit = Start(update, 8, FitObjective.Frobenius, inScale: false);
        for (var round = 0; round < 10; round++) fit.Improve();
        var w = RandomUpdate.Dense(update);
        double Length(int row) => w.Row(row) * RandomUpdate.Dense(fit).Row(row) / (w.Row(row) * w.Row(row));

        // Twice as long is the most that a row is made.
        double[] before = [.. Enumerable.Range(0, 40).Select(Length)];
        Assert.InRange(before.Average(), 0.5, 0.95);
        fit.RemoveShrinkage();
        Assert.All(Enumerable.Range(0, 40), row => Assert.Equal(Math.Min(1, 2 * before[row]), Length(row), 1e-9));
        Assert.InRange(before.Count(length => length > 0.5), 30, 40);
        fit.M[0] *= 1.3;
        fit.RestoreLength();
        Assert.Equal(1, fit.InnerProduct / update.SquaredNorm, 1e-12);
    }

    [Fact]
    public void The_weighted_objective_keeps_small_singular_directions_that_least_squares_lose()
    {
        var update = RandomUpdate.Of(200, 300, rank: 8, seed: 8);
        double Smallest(FitObjective objective)
        {
            var fit = Start(update, 8, objective, inScale: false);
            for (var round = 0; round < 10; round++) fit.Improve();
            var core = RandomUpdate.U(update).TransposeThisAndMultiply(RandomUpdate.Dense(fit)) * RandomUpdate.V(update);
            return core[7, 7] / update.Sigma[7];
        }

        Assert.InRange(Smallest(FitObjective.Frobenius), 0, 0.6);
        Assert.InRange(Smallest(new(30, 30, 1000)), 0.8, 1.1);
    }

    [Fact]
    public void Normalizing_changes_the_scales_and_not_the_matrix()
    {
        var fit = Start(RandomUpdate.Of(15, 21, rank: 3, seed: 9), 3, FitObjective.Default, inScale: true);
        fit.SetScales([.. fit.Out.Scales.Select(scale => scale / 77)], [.. fit.In.Scales.Select(scale => scale * 1000)]);
        var before = RandomUpdate.Dense(fit);
        fit.Normalize();

        Assert.InRange((RandomUpdate.Dense(fit) - before).FrobeniusNorm() / before.FrobeniusNorm(), 0, 1e-12);
        Assert.Equal(1, fit.In.Scales.Average(), 1e-12);
        Assert.Equal(fit.M.Average(), fit.Out.Scales.Average(), 1e-12);
    }

    private static double Squared(Matrix<double> matrix) => matrix.PointwiseMultiply(matrix).RowSums().Sum();

    /// <summary>Moving any one of the scales either way makes the error no smaller.</summary>
    private static void AssertOptimal(SignFit fit, double[] scales, Action refresh)
    {
        var best = fit.Error;
        for (var i = 0; i < scales.Length; i++)
        {
            foreach (var factor in (double[])[0.99, 1.01])
            {
                var kept = scales[i];
                scales[i] *= factor;
                refresh();
                Assert.True(fit.Error >= best * (1 - 1e-6), $"scale {i} times {factor}: {fit.Error} < {best}");
                scales[i] = kept;
            }
        }
        refresh();
    }
}
