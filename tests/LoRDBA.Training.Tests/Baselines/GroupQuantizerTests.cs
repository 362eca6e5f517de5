using LoRDBA.Training.Baselines;

namespace LoRDBA.Training.Tests.Baselines;

public sealed class GroupQuantizerTests
{
    [Fact]
    public void Two_bits_take_the_nearest_of_four_levels_between_the_extremes()
    {
        float[] values = [-1, -0.4f, 0.4f, 2, 0, 1];
        Assert.Equal(6 * 2 + 2 * 32, new RoundToNearest(2, 4).Quantize(values));
        Assert.Equal([-1, 0, 0, 2, 0, 1], values, (left, right) => Math.Abs(left - right) < 1e-3);
    }

    [Fact]
    public void One_bit_is_the_sign_times_the_mean_magnitude()
    {
        float[] values = [-1, 3, 0, -4, 5];
        Assert.Equal(5 + 2 * 16, new SignAndMean(4).Quantize(values));
        Assert.Equal([-2, 2, 2, -2, 5], values);
    }

    /// <summary>The levels as QLoRA's paper prints them (appendix E), to the digits of fp16 here.</summary>
    [Fact]
    public void NF4_has_the_published_levels()
    {
        float[] levels =
        [
            -1, -0.6961928f, -0.52507305f, -0.3949175f, -0.28444138f, -0.18477343f, -0.09105004f, 0,
            0.0795803f, 0.1609302f, 0.2461123f, 0.33791524f, 0.44070983f, 0.562617f, 0.72295684f, 1,
        ];
        float[] values = [.. levels];
        Assert.Equal(16 * 4 + 16, new NormalFloat4(64).Quantize(values));
        foreach (var (expected, actual) in levels.Zip(values)) Assert.Equal(expected, actual, 1e-4f);

        float[] between = [2 * 0.76f, 2 * -0.95f, 2, 2 * 0.03f];
        new NormalFloat4(64).Quantize(between);
        Assert.Equal([2 * 0.723f, -2, 2, 0], between, (left, right) => Math.Abs(left - right) < 1e-3);
    }

    [Fact]
    public void Zeros_stay_zeros()
    {
        foreach (var quantizer in new GroupQuantizer[] { new RoundToNearest(2, 4), new SignAndMean(4), new NormalFloat4(4) })
        {
            var values = new float[6];
            quantizer.Quantize(values);
            Assert.All(values, value => Assert.Equal(0, value));
        }
    }
}
