using LoRDBA.Training.Optimizers;

namespace LoRDBA.Training.Tests.Optimizers;

public sealed class CosineScheduleTests
{
    /// <summary>255 steps: five of warm-up, then from 2 down to 0.1; half way (step 130) at 2 · (0.05 + 0.95 / 2) = 1.05.</summary>
    [Theory]
    [InlineData(1, 0.4)]
    [InlineData(5, 2)]
    [InlineData(130, 1.05)]
    [InlineData(255, 0.1)]
    [InlineData(500, 0.1)]
    public void Rises_over_a_fiftieth_and_falls_to_a_twentieth(int step, double rate) =>
        Assert.Equal(rate, new CosineSchedule(Peak: 2, Steps: 255).RateAt(step), 1e-6);

    [Fact]
    public void One_step_runs_at_the_peak() => Assert.Equal(2, new CosineSchedule(Peak: 2, Steps: 1).RateAt(1));
}
