using LoRDBA.Tool.Comparison;

namespace LoRDBA.Tool.Tests.Comparison;

public sealed class ComparisonResultTests
{
    private static ComparisonPoint Point(string family, long bytes, double nll) => new(family, $"{bytes}", bytes, 1000.0 / bytes, 0, nll, 0, null);

    [Fact]
    public void A_point_is_dominated_by_one_that_is_no_larger_and_no_worse()
    {
        var result = ComparisonResult.Of("base", "lora", 1, 1, [Point("LoRDBA", 100, 0.2), Point("RTN", 100, 0.3), Point("RTN", 90, 0.4), Point("NF4", 200, 0.2)]);
        Assert.Equal([("NF4", "LoRDBA 100"), ("LoRDBA", null), ("RTN", "LoRDBA 100"), ("RTN", null)], result.Points.Select(point => (point.Family, point.DominatedBy)));
    }

    [Fact]
    public void A_baseline_that_is_ahead_between_8_and_32_times_smaller_is_told()
    {
        // 1000 / 100 = 10 times smaller: ahead. 1000 / 500 = 2 and 1000 / 20 = 50: beyond the range. 1000 / 110: a LoRDBA is as good.
        var result = ComparisonResult.Of("base", "lora", 1, 1, [Point("LoRDBA", 105, 0.2), Point("RTN", 100, 0.3), Point("RTN", 110, 0.2), Point("NF4", 500, 0.1), Point("NF4", 20, 0.1)]);
        Assert.Equal(["RTN 100 (100 bytes, 10.0 times smaller): NLL 0.3000; no LoRDBA is as small"], result.Beaten);
        Assert.Contains("but for these", ComparisonReport.Verdict(result).First());
        Assert.Single(ComparisonReport.Verdict(result with { Beaten = [] }));
    }
}
