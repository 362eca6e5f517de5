using LoRDBA.Training.Backward;

namespace LoRDBA.Training.Tests.Backward;

public sealed class ParameterTests
{
    [Fact]
    public void A_frozen_parameter_keeps_its_values_and_has_no_gradient()
    {
        var parameter = new Parameter("p", 2, 3);
        parameter.Value.Fill(4);
        Assert.False(parameter.IsFrozen);
        Assert.Equal(6, parameter.Gradient.Length);
        parameter.Freeze();
        Assert.True(parameter.IsFrozen);
        Assert.Equal(0, parameter.Gradient.Length);
        Assert.Equal([4, 4, 4, 4, 4, 4], parameter.Value);
    }

    /// <summary>
    /// Of 100 000 draws the mean deviates by 0.0032 (1/√n) times the deviation that was asked for, their own deviation by 0.0022 (1/√2n): five
    /// of each are allowed.
    /// </summary>
    [Fact]
    public void Normal_numbers_have_the_deviation_that_was_asked_for()
    {
        const double deviation = 0.5;
        var parameter = new Parameter("p", 1, 100_000);
        parameter.FillNormal(new Random(1), (float)deviation);
        double[] values = [.. parameter.Value.ToArray()];
        Assert.Equal(0, values.Average(), 0.016 * deviation);
        Assert.Equal(deviation, Math.Sqrt(values.Average(value => value * value)), 0.011 * deviation);
    }

    [Fact]
    public void Sizes_have_to_be_positive()
    {
        Assert.Throws<ArgumentOutOfRangeException>("rows", () => new Parameter("p", 0, 1));
        Assert.Throws<ArgumentOutOfRangeException>("columns", () => new Parameter("p", 1, 0));
    }
}
