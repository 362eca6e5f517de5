using CsCheck;
using LoRDBA.Training.Conversion;

namespace LoRDBA.Training.Tests.Conversion;

/// <summary>The search for a channel's signs against all 2^rank of them.</summary>
public sealed class ChannelSearchTests
{
    private static readonly Gen<(int Rank, double[] Quadratic, double[] Linear, double[] Signs, double Scale)> Problems =
        from rank in Gen.Int[1, 8]
        from factor in Gen.Double[-1, 1].Array[rank * rank]
        from linear in Gen.Double[-2, 2].Array[rank]
        from signs in Gen.Bool.Array[rank]
        from scale in Gen.Double[0.1, 2]
        select (rank, Definite(factor, rank), linear, Array.ConvertAll(signs, plus => plus ? 1.0 : -1), scale);

    [Fact]
    public void No_sign_and_no_pair_of_signs_can_be_turned_with_gain() => Problems.Sample(problem =>
    {
        var (rank, quadratic, linear, signs, scale) = problem;
        var before = Value(quadratic, linear, signs, scale);
        Assert.Equal(scale, new ChannelSearch(rank).Improve(quadratic, linear, signs, scale, fitScale: false));
        var value = Value(quadratic, linear, signs, scale);

        Assert.True(value <= before + 1e-9);
        for (var k = 0; k < rank; k++)
            for (var l = 0; l <= k; l++)
            {
                var turned = signs.ToArray();
                turned[k] = -turned[k];
                if (l < k) turned[l] = -turned[l];
                Assert.True(Value(quadratic, linear, turned, scale) >= value - 1e-9);
            }
    }, iter: 1000);

    [Fact]
    public void A_free_scale_is_the_best_for_the_signs_and_never_negative() => Problems.Sample(problem =>
    {
        var (rank, quadratic, linear, signs, scale) = problem;
        var before = Value(quadratic, linear, signs, scale);
        var best = new ChannelSearch(rank).Improve(quadratic, linear, signs, scale, fitScale: true);
        var value = Value(quadratic, linear, signs, best);

        Assert.True(best >= 0 && value <= before + 1e-9);
        foreach (var factor in (double[])[0.99, 1.01]) Assert.True(Value(quadratic, linear, signs, best * factor) >= value - 1e-9);
    }, iter: 1000);

    [Fact]
    public void Signs_that_do_not_interact_take_those_of_the_linear_part()
    {
        double[] signs = [1, 1, -1];
        var scale = new ChannelSearch(3).Improve([1, 0, 0, 0, 1, 0, 0, 0, 1], [3, -1, 2], signs, 1, fitScale: true);
        Assert.Equal([1, -1, 1], signs);
        Assert.Equal(2, scale, 1e-12);
    }

    [Fact]
    public void Two_signs_that_only_gain_together_are_turned_together()
    {
        // Nearly parallel ranks: from (+, -) to (-, +) either single turn costs the strong quadratic first.
        double[] signs = [1, -1];
        new ChannelSearch(2).Improve([1, 0.9, 0.9, 1], [-0.1, 0.1], signs, 1, fitScale: false);
        Assert.Equal([-1, 1], signs);
    }

    private static double Value(double[] quadratic, double[] linear, double[] signs, double scale)
    {
        var (rank, value) = (signs.Length, 0.0);
        for (var k = 0; k < rank; k++)
        {
            value -= 2 * scale * linear[k] * signs[k];
            for (var l = 0; l < rank; l++) value += scale * scale * signs[k] * quadratic[k * rank + l] * signs[l];
        }
        return value;
    }

    private static double[] Definite(double[] factor, int rank)
    {
        var product = new double[rank * rank];
        for (var k = 0; k < rank; k++) product[k * rank + k] = 0.1;
        for (var k = 0; k < rank; k++)
            for (var l = 0; l < rank; l++)
                for (var i = 0; i < rank; i++) product[k * rank + l] += factor[i * rank + k] * factor[i * rank + l];
        return product;
    }
}
