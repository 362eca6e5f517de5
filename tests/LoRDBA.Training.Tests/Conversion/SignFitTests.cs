using LoRDBA.Training.Conversion;
using MathNet.Numerics.LinearAlgebra;

namespace LoRDBA.Training.Tests.Conversion;

/// <summary>The closed forms, which only see rank × rank matrices, against the n_out × n_in matrices that they stand for.</summary>
public sealed class SignFitTests
{
    private static SignFit Fit(LowRankUpdate update, bool inScale) => LordbaConverter.Fit(update, update.Rank, inScale);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Norms_and_errors_are_those_of_the_dense_matrices(bool inScale)
    {
        var update = RandomUpdate.Of(20, 30, rank: 4, seed: 5);
        var fit = Fit(update, inScale);
        Matrix<double> w = RandomUpdate.Dense(update), x = RandomUpdate.Dense(fit);

        Assert.Equal(x.PointwiseMultiply(x).RowSums().Sum(), fit.SquaredNorm, 1e-10);
        Assert.Equal(w.PointwiseMultiply(x).RowSums().Sum(), fit.InnerProduct, 1e-10);
        Assert.Equal((w - x).PointwisePower(2).RowSums().Sum(), fit.SquaredError, 1e-10);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void After_its_step_no_scale_can_be_moved_without_loss(bool inScale)
    {
        var update = RandomUpdate.Of(12, 18, rank: 3, seed: 11);
        var fit = Fit(update, inScale);
        fit.FitM();
        AssertOptimal(fit, fit.M);
        fit.FitScaleOut();
        AssertOptimal(fit, fit.ScaleOut);
        if (!inScale) return;
        fit.FitScaleIn();
        AssertOptimal(fit, fit.ScaleIn);
    }

    [Fact]
    public void Every_step_lowers_the_error()
    {
        var update = RandomUpdate.Of(40, 25, rank: 6, seed: 2);
        var balanced = update.Balance(6);
        var fit = new SignFit(update, balanced.B, balanced.A);
        var last = double.PositiveInfinity;
        for (var round = 0; round < 5; round++)
        {
            foreach (var step in (Action[])[fit.FitM, fit.FitScaleOut, fit.FitScaleIn])
            {
                step();
                Assert.InRange(fit.SquaredError, 0, last * (1 + 1e-12));
                last = fit.SquaredError;
            }
        }
    }

    [Fact]
    public void Scales_are_magnitudes()
    {
        // Signs that disagree with the update in every entry: the fit has to turn them, not to use negative scales.
        var update = RandomUpdate.Of(10, 14, rank: 2, seed: 4);
        var balanced = update.Balance(2);
        var fit = new SignFit(update, -balanced.B, balanced.A);
        fit.FitM();
        fit.FitScaleOut();
        fit.FitScaleIn();
        Assert.All([.. fit.M, .. fit.ScaleOut, .. fit.ScaleIn], scale => Assert.True(scale >= 0));
        Assert.True(fit.InnerProduct > 0.5 * fit.SquaredNorm);
    }

    [Fact]
    public void An_update_of_rank_one_is_matched_exactly()
    {
        // |b| and |a| become s_out and s_in, their signs S_B and S_A: nothing is lost.
        var update = RandomUpdate.Of(15, 21, rank: 1, seed: 9);
        Assert.InRange(Fit(update, inScale: true).SquaredError / update.SquaredNorm, -1e-12, 1e-12);
    }

    [Fact]
    public void Normalizing_changes_the_scales_and_not_the_matrix()
    {
        var update = RandomUpdate.Of(15, 21, rank: 3, seed: 9);
        var fit = Fit(update, inScale: true);
        (fit.ScaleIn, fit.ScaleOut) = (fit.ScaleIn * 1000, fit.ScaleOut / 77);
        var before = RandomUpdate.Dense(fit);
        fit.Normalize();

        Assert.InRange((RandomUpdate.Dense(fit) - before).FrobeniusNorm() / before.FrobeniusNorm(), 0, 1e-12);
        Assert.Equal(1, fit.ScaleIn.Average(), 1e-12);
        Assert.Equal(fit.M.Average(), fit.ScaleOut.Average(), 1e-12);
    }

    /// <summary>Moving any one of the scales either way makes the error no smaller.</summary>
    private static void AssertOptimal(SignFit fit, Vector<double> scales)
    {
        var best = fit.SquaredError;
        for (var i = 0; i < scales.Count; i++)
        {
            foreach (var factor in (double[])[0.99, 1.01])
            {
                var kept = scales[i];
                scales[i] *= factor;
                Assert.True(fit.SquaredError >= best - 1e-12, $"scale {i} times {factor}: {fit.SquaredError} < {best}");
                scales[i] = kept;
            }
        }
    }
}
