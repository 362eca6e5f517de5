using LoRDBA.Training.Analysis;

namespace LoRDBA.Training.Tests.Analysis;

public sealed class RatioSampleTests
{
    private static readonly IReadOnlyList<RatioSample> Samples = RatioSample.Take(seed: 1);

    [Fact]
    public void Gaussian_ratios_tend_to_the_square_root_of_half_pi_less_one_as_one_over_the_length()
    {
        var limit = Math.Sqrt(Math.PI / 2 - 1);
        var gaussian = Samples.Where(sample => sample.Distribution == "Gaussian").ToArray();
        Assert.All(gaussian, sample => Assert.Equal(limit, sample.Limit, 1e-12));
        Assert.Equal(limit, gaussian[^1].Mean, 0.003);

        // Four times the length leaves a quarter of the gap to the limit, or a little more where rows are as short as 4 and the next order counts (3.63).
        double Gap(int length) => limit * limit - Math.Pow(gaussian.Single(sample => sample.Length == length).Mean, 2);
        Assert.Equal(3.63, Gap(4) / Gap(16), 0.8);
    }

    [Fact]
    public void Both_distributions_agree_with_theory_within_the_interval_widened_to_certainty() =>
        // 3.5 times the 95 % interval: a fair sample is outside once in 10^11.
        Assert.All(Samples.Where(sample => sample.Length >= 16), sample => Assert.InRange(sample.Expected, sample.Mean - 3.5 * (sample.Mean - sample.Low) - 0.002, sample.Mean + 3.5 * (sample.High - sample.Mean) + 0.002));

    [Fact]
    public void Heavy_tails_leave_more_than_a_Gaussian()
    {
        Assert.Equal(1, Samples.Last(sample => sample.Distribution == "Laplace").Limit, 1e-12);
        foreach (var pair in Samples.GroupBy(sample => sample.Length)) Assert.True(pair.Single(s => s.Distribution == "Laplace").Mean > pair.Single(s => s.Distribution == "Gaussian").Mean);
    }
}
