namespace LoRDBA.Training.Tests.Conversion;

public sealed class LowRankUpdateTests
{
    [Theory]
    [InlineData(12, 20, 4)]
    [InlineData(20, 12, 1)]
    [InlineData(3, 20, 5)]
    [InlineData(20, 3, 5)]
    public void Balancing_keeps_the_update_and_shares_its_energy(int nOut, int nIn, int rank)
    {
        var update = RandomUpdate.Of(nOut, nIn, rank, seed: 7);
        var balanced = update.Balance(rank);

        Assert.InRange((RandomUpdate.Dense(balanced) - RandomUpdate.Dense(update)).FrobeniusNorm(), 0, 1e-12);
        for (var k = 0; k < balanced.Rank; k++)
            Assert.Equal(balanced.A.Row(k).L2Norm(), balanced.B.Column(k).L2Norm(), 1e-9);
    }

    [Fact]
    public void A_smaller_rank_is_the_best_approximation_of_that_rank()
    {
        var update = RandomUpdate.Of(16, 24, rank: 5, seed: 3);
        var singular = RandomUpdate.Dense(update).Svd().S;
        var error = (RandomUpdate.Dense(update.Balance(3)) - RandomUpdate.Dense(update)).FrobeniusNorm();

        // Eckart-Young: the singular values that were cut off.
        Assert.Equal(Math.Sqrt(singular[3] * singular[3] + singular[4] * singular[4]), error, 1e-9);
    }

    [Fact]
    public void The_norm_is_that_of_the_product()
    {
        var update = RandomUpdate.Of(9, 14, rank: 3, seed: 1);
        Assert.Equal(RandomUpdate.Dense(update).FrobeniusNorm(), Math.Sqrt(update.SquaredNorm), 1e-9);
    }
}
