using LoRDBA.Training.Conversion;

namespace LoRDBA.Training.Tests.Conversion;

public sealed class RankAllocationTests
{
    [Fact]
    public void A_curve_goes_through_its_points_and_is_a_power_of_the_rank_between_and_beyond()
    {
        var curve = new ErrorCurve([(2, 100), (8, 25), (32, 12.5)]);
        Assert.Equal((100.0, 50.0, 25.0), (Math.Round(curve.At(2), 9), Math.Round(curve.At(4), 9), Math.Round(curve.At(8), 9)));
        Assert.Equal((200.0, 12.5, 8.8388), (Math.Round(curve.At(1), 9), Math.Round(curve.At(32), 9), Math.Round(curve.At(64), 4)));
    }

    [Fact]
    public void An_error_that_rises_with_the_rank_counts_as_flat() => Assert.Equal(10, new ErrorCurve([(2, 10), (8, 11)]).At(5));

    [Fact]
    public void Each_byte_goes_where_it_lowers_the_error_most()
    {
        // 1/r: errors 100/r and 25/r are best divided 2 to 1, since r grows with the square root.
        ErrorCurve[] curves = [new([(1, 100), (10, 10)]), new([(1, 25), (10, 2.5)])];
        Assert.Equal([20, 10], RankAllocation.Distribute(curves, (_, rank) => rank, budget: 30, maxRank: 64));

        // The same errors at four times the price: half the ranks for the dear one's share.
        Assert.Equal([16, 16], RankAllocation.Distribute(curves, (tensor, rank) => tensor == 0 ? 4 * rank : rank, budget: 80, maxRank: 64));
    }

    [Fact]
    public void No_rank_goes_beyond_the_largest_and_the_rest_is_left() =>
        Assert.Equal([5, 5], RankAllocation.Distribute([new([(1, 1), (2, 0.5)]), new([(1, 9), (2, 4)])], (_, rank) => rank, budget: 100, maxRank: 5));

    [Fact]
    public void A_budget_below_rank_one_is_refused() =>
        Assert.Throws<ConversionException>(() => RankAllocation.Distribute([new([(1, 1), (2, 0.5)])], (_, rank) => 10 * rank, budget: 9, maxRank: 5));
}
