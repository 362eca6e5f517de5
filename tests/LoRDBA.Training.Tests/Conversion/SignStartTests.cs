using LoRDBA.Runtime.Generation;
using LoRDBA.Training.Conversion;
using MathNet.Numerics.LinearAlgebra;

namespace LoRDBA.Training.Tests.Conversion;

public sealed class SignStartTests
{
    [Theory]
    [InlineData(4, 4)]
    [InlineData(4, 7)]
    [InlineData(4, 3)]
    [InlineData(1, 8)]
    public void The_turned_factors_keep_the_update_or_its_best_approximation_of_that_rank(int sourceRank, int rank)
    {
        var update = RandomUpdate.Of(20, 30, sourceRank, seed: 3);
        var start = SignStart.Rotated(update, rank, new SplitMix(1));
        var product = Factor(start.B, rank) * Factor(start.A, rank).Transpose();

        // Eckart-Young: the singular values that were cut off, none if there are ranks enough.
        var lost = Math.Sqrt(update.Sigma.Skip(rank).Sum(sigma => sigma * sigma));
        Assert.Equal(rank, start.Rank);
        Assert.Equal(lost, (product - RandomUpdate.Dense(update)).FrobeniusNorm(), 1e-9);
    }

    [Fact]
    public void Balanced_factors_carry_the_same_energy_in_each_rank()
    {
        var (b, a) = SignStart.Balanced(RandomUpdate.Of(12, 20, rank: 4, seed: 7), kept: 4);
        for (var k = 0; k < 4; k++) Assert.Equal(b.Column(k).L2Norm(), a.Column(k).L2Norm(), 1e-12);
    }

    [Fact]
    public void Turning_makes_the_factors_more_sign_like()
    {
        var update = RandomUpdate.Of(200, 300, rank: 8, seed: 5);
        var (b, a) = SignStart.Balanced(update, kept: 8);
        var start = SignStart.Rotated(update, 8, new SplitMix(1));

        // The magnitudes' sum is what signs can reach of a factor; its Frobenius norm stays.
        double Sum(Matrix<double> factor) => factor.PointwiseAbs().RowSums().Sum();
        Assert.True(Sum(Factor(start.B, 8)) + Sum(Factor(start.A, 8)) > 1.02 * (Sum(b) + Sum(a)));
        Assert.Equal(b.FrobeniusNorm(), Factor(start.B, 8).FrobeniusNorm(), 1e-9);
    }

    private static Matrix<double> Factor(double[] rows, int rank) => Matrix<double>.Build.Dense(rows.Length / rank, rank, (row, k) => rows[row * rank + k]);
}
