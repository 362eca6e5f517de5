using LoRDBA.Training.Conversion;
using MathNet.Numerics.LinearAlgebra;

namespace LoRDBA.Training.Tests.Conversion;

public sealed class LowRankUpdateTests
{
    [Theory]
    [InlineData(12, 20, 4)]
    [InlineData(20, 12, 1)]
    [InlineData(3, 20, 5)]
    [InlineData(20, 3, 5)]
    public void It_is_the_thin_singular_value_decomposition_of_the_product(int nOut, int nIn, int rank)
    {
        var random = new Random(7);
        Matrix<double> Factor(int rows, int columns) => Matrix<double>.Build.Dense(rows, columns, (_, _) => RandomUpdate.Gaussian(random));
        Matrix<double> b = Factor(nOut, rank), a = Factor(rank, nIn);
        var update = LowRankUpdate.Of(b, a);

        Assert.Equal((nOut, nIn, Math.Min(rank, Math.Min(nOut, nIn))), (update.NOut, update.NIn, update.Rank));
        Assert.InRange((RandomUpdate.Dense(update) - b * a).FrobeniusNorm(), 0, 1e-12);
        foreach (var basis in new[] { RandomUpdate.U(update), RandomUpdate.V(update) })
            Assert.InRange((basis.TransposeThisAndMultiply(basis) - Matrix<double>.Build.DenseIdentity(update.Rank)).FrobeniusNorm(), 0, 1e-12);
        foreach (var (expected, sigma) in (b * a).Svd().S.Zip(update.Sigma)) Assert.Equal(expected, sigma, 1e-10);
        Assert.Equal((b * a).FrobeniusNorm(), Math.Sqrt(update.SquaredNorm), 1e-10);
    }

    [Fact]
    public void Ranks_that_the_product_lacks_are_left_out()
    {
        var b = Matrix<double>.Build.DenseOfArray(new double[,] { { 1, 2, 0 }, { 2, 4, 0 }, { 3, 6, 0 }, { 4, 8, 0 } });
        Assert.Equal(1, LowRankUpdate.Of(b, Matrix<double>.Build.Dense(3, 5, (k, j) => k + j + 1)).Rank);
        Assert.Equal(0, LowRankUpdate.Of(b * 0, Matrix<double>.Build.Dense(3, 5, 1)).Rank);
    }
}
