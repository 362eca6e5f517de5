using LoRDBA.Runtime.Blocks;

namespace LoRDBA.Runtime.Tests.Blocks;

/// <summary>Blocks computed by hand.</summary>
public sealed class QuantizedFormatTests
{
    /// <summary>d = 0.5 is 0x3800 as a half; integers 0, 1, -1, 127, -128 and zeros.</summary>
    [Fact]
    public void Q8_0_is_scale_times_integer()
    {
        var block = new byte[34];
        byte[] head = [0x00, 0x38, 0x00, 0x01, 0xff, 0x7f, 0x80];
        head.CopyTo(block, 0);
        float[] expected = [0, 0.5f, -0.5f, 63.5f, -64, .. new float[27]];
        Assert.Equal(expected, Dequantize(GgmlType.Q8_0, block));
    }

    /// <summary>d = 2 (0x4000). Byte 0 = 0xF0: element 0 is (0 - 8) * 2, element 16 (15 - 8) * 2; byte 15 = 0x98: 0 and 2.</summary>
    [Fact]
    public void Q4_0_has_two_halves_around_eight()
    {
        var block = new byte[18];
        block.AsSpan(2).Fill(0x88);
        (block[1], block[2], block[17]) = (0x40, 0xf0, 0x98);
        float[] expected = [-16, .. new float[15], 14, .. new float[14], 2];
        Assert.Equal(expected, Dequantize(GgmlType.Q4_0, block));
    }

    /// <summary>d = 0.5 (0x3800), m = -1 (0xbc00). Byte 0 = 0xF1: element 0 is -0.5, element 16 is 6.5; the rest is m.</summary>
    [Fact]
    public void Q4_1_adds_a_minimum()
    {
        var block = new byte[20];
        (block[1], block[3], block[4]) = (0x38, 0xbc, 0xf1);
        float[] expected = [-0.5f, .. Enumerable.Repeat(-1f, 15), 6.5f, .. Enumerable.Repeat(-1f, 15)];
        Assert.Equal(expected, Dequantize(GgmlType.Q4_1, block));
    }

    /// <summary>
    /// d = 2 (0x4000). Fifth bits 0 and 31 are set. Byte 0 = 0x0F: element 0 is (31 - 16) * 2, element 16 (0 - 16) * 2;
    /// byte 15 = 0x10: element 15 is -32, element 31 (17 - 16) * 2; the rest is -32.
    /// </summary>
    [Fact]
    public void Q5_0_keeps_its_fifth_bits_apart()
    {
        var block = new byte[22];
        (block[1], block[2], block[5], block[6], block[21]) = (0x40, 0x01, 0x80, 0x0f, 0x10);
        float[] expected = [30, .. Enumerable.Repeat(-32f, 30), 2];
        Assert.Equal(expected, Dequantize(GgmlType.Q5_0, block));
    }

    /// <summary>d = 0.5 (0x3800), m = -1 (0xbc00). Fifth bits 1 and 16 are set: (16 + 2) / 2 - 1 and (16 + 15) / 2 - 1.</summary>
    [Fact]
    public void Q5_1_adds_a_minimum()
    {
        var block = new byte[24];
        (block[1], block[3], block[4], block[6], block[8], block[9]) = (0x38, 0xbc, 0x02, 0x01, 0xf0, 0x02);
        float[] expected = [-1, 8, .. Enumerable.Repeat(-1f, 14), 14.5f, .. Enumerable.Repeat(-1f, 15)];
        Assert.Equal(expected, Dequantize(GgmlType.Q5_1, block));
    }

    /// <summary>d = 0.5 (0x3800). Indices 0 and 15 are the ends of the table, -127 and 113; 8 is level 1.</summary>
    [Fact]
    public void IQ4_NL_looks_up_its_levels()
    {
        var block = new byte[18];
        block.AsSpan(2).Fill(0x88);
        (block[1], block[2]) = (0x38, 0xf0);
        float[] expected = [-63.5f, .. Enumerable.Repeat(0.5f, 15), 56.5f, .. Enumerable.Repeat(0.5f, 15)];
        Assert.Equal(expected, Dequantize(GgmlType.IQ4_NL, block));
    }

    /// <summary>Largest magnitude 127, so d = 1; ties go away from zero.</summary>
    [Fact]
    public void Q8_0_is_quantized_to_the_nearest_integer()
    {
        var block = Quantize(GgmlType.Q8_0, [-127, 2.5f, -2.5f, 0.4f, 126.6f, .. new float[27]]);
        Assert.Equal([0x00, 0x3c, 0x81, 3, 0xfd, 0, 127, .. new byte[27]], block);
    }

    /// <summary>
    /// Largest magnitude -16, so d = 2 and it gets code 0. Then 7.9 / 2 + 8.5 = 12.45 gets 12; 16 would need code 16 and gets 15;
    /// zeros get 8.
    /// </summary>
    [Fact]
    public void Q4_0_is_exact_for_the_largest_magnitude()
    {
        var block = Quantize(GgmlType.Q4_0, [-16, 7.9f, .. new float[14], 16, .. new float[15]]);
        Assert.Equal([0x00, 0x40, 0xf0, 0x8c, .. Enumerable.Repeat((byte)0x88, 14)], block);
    }

    /// <summary>A largest magnitude above zero makes d negative: 8 / -8 = -1 (0xbc00), and 8 gets code 0.</summary>
    [Fact]
    public void Q4_0_takes_the_sign_of_the_largest_magnitude_into_its_scale()
    {
        var block = Quantize(GgmlType.Q4_0, [8, -3, .. new float[30]]);
        Assert.Equal([0x00, 0xbc, 0x80, 0x8b, .. Enumerable.Repeat((byte)0x88, 14)], block);
    }

    /// <summary>From -1 to 6.5: d = 0.5, m = -1. Element 1 = 0.3 gets floor(2.6 + 0.5) = 3, zeros get 2.</summary>
    [Fact]
    public void Q4_1_spans_from_the_least_to_the_largest()
    {
        var block = Quantize(GgmlType.Q4_1, [-1, 0.3f, .. new float[14], 6.5f, .. new float[15]]);
        Assert.Equal([0x00, 0x38, 0x00, 0xbc, 0xf0, 0x23, .. Enumerable.Repeat((byte)0x22, 14)], block);
    }

    /// <summary>The scale of so small numbers has no finite inverse: they become zeros, and the neighbour is not harmed.</summary>
    [Theory]
    [InlineData(GgmlType.Q8_0)]
    [InlineData(GgmlType.Q4_0)]
    [InlineData(GgmlType.Q4_1)]
    public void Numbers_below_any_scale_become_zeros(GgmlType type)
    {
        float[] tiny = [.. Enumerable.Range(0, 32).Select(i => (i - 16) * float.Epsilon)];
        Assert.All(Dequantize(type, Quantize(type, tiny)), value => Assert.Equal(0, value));
    }

    private static float[] Dequantize(GgmlType type, byte[] block)
    {
        var values = new float[32];
        BlockFormat.Of(type).Dequantize(block, values);
        return values;
    }

    private static byte[] Quantize(GgmlType type, float[] values)
    {
        var block = new byte[BlockFormat.Of(type).BlockBytes];
        BlockFormat.Of(type).Quantize(values, block);
        return block;
    }
}
