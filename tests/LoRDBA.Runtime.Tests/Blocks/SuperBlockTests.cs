using LoRDBA.Runtime.Blocks;

namespace LoRDBA.Runtime.Tests.Blocks;

/// <summary>
/// Blocks of 256 computed by hand: the first and the last weight with all the places that their bits lie in, and what their
/// neighbours become. As halves, 1 is 0x3c00 and 0.5 is 0x3800.
/// </summary>
public sealed class SuperBlockTests
{
    /// <summary>
    /// d = 1, e = 0.5. Sub-block 0 has scale 3, minimum 2; 2, 4, 6 and 15 have scale 1, 2, 3, 15. Byte 16 = 3 2 1 0 in pairs of
    /// bits: weights 96, 64, 32 and 0; byte 79 = 2 0 0 0: weight 255.
    /// </summary>
    [Fact]
    public void Q2_K()
    {
        var expected = Filled(0);
        expected.AsSpan(0, 16).Fill(-1);
        (expected[32], expected[64], expected[96], expected[255]) = (1, 4, 9, 30);
        Assert.Equal(expected, Dequantize(
            GgmlType.Q2_K, (81, 0x3c), (83, 0x38), (0, 0x23), (2, 0x01), (4, 0x02), (6, 0x03), (15, 0x0f), (16, 0xe4), (79, 0x80)));
    }

    /// <summary>
    /// d = 1. Scales 0 and 15 are 33 = 2 · 16 + 1 and 34 = 2 · 16 + 2, the others 0, so their weights are -32 · -4. Weight 0 is
    /// 4 + 3 - 4, weight 255 is 2 · (4 + 1 - 4).
    /// </summary>
    [Fact]
    public void Q3_K()
    {
        var expected = Filled(128);
        expected.AsSpan(0, 16).Fill(-4);
        expected.AsSpan(240).Fill(-8);
        (expected[0], expected[255]) = (3, 2);
        Assert.Equal(expected, Dequantize(
            GgmlType.Q3_K, (109, 0x3c), (96, 0x01), (104, 0x02), (103, 0x20), (107, 0x80), (0, 0x01), (32, 0x03), (31, 0x80), (95, 0x40)));
    }

    /// <summary>
    /// d = 1, e = 0.5. Pair 0 is (2, 4), pair 1 (1, 0), pair 7 (3 · 16 + 5, 2 · 16 + 10). Byte 16 = 5 3: weights 32 and 0;
    /// byte 143 = 1 0: weight 255 is 53 · 1 - 21.
    /// </summary>
    [Fact]
    public void Q4_K()
    {
        var expected = Filled(0);
        expected.AsSpan(0, 32).Fill(-2);
        expected.AsSpan(224).Fill(-21);
        (expected[0], expected[32], expected[255]) = (4, 5, 32);
        Assert.Equal(expected, Dequantize(
            GgmlType.Q4_K, (1, 0x3c), (3, 0x38), (4, 0x02), (8, 0x04), (5, 0x01), (15, 0xa5), (7, 0xc0), (11, 0x80), (16, 0x53), (143, 0x10)));
    }

    /// <summary>d = 1, e = 0.5. Pair 0 is (1, 0), pair 7 (2, 4). Weight 0 is 16 + 15, weight 255 is 2 · (16 + 1) - 2.</summary>
    [Fact]
    public void Q5_K()
    {
        var expected = Filled(0);
        expected.AsSpan(224).Fill(-2);
        (expected[0], expected[255]) = (31, 32);
        Assert.Equal(expected, Dequantize(
            GgmlType.Q5_K, (1, 0x3c), (3, 0x38), (4, 0x01), (15, 0x42), (48, 0x0f), (16, 0x01), (175, 0x10), (47, 0x80)));
    }

    /// <summary>d = 0.5. Scales 0 and 15 are -1 and 2. Weight 0 is -0.5 · (3 · 16 + 15 - 32), weight 255 is 2 · 16 + 1 - 32.</summary>
    [Fact]
    public void Q6_K()
    {
        var expected = Filled(0);
        expected.AsSpan(0, 16).Fill(16);
        expected.AsSpan(240).Fill(-32);
        (expected[0], expected[255]) = (-15.5f, 1);
        Assert.Equal(expected, Dequantize(
            GgmlType.Q6_K, (209, 0x38), (192, 0xff), (207, 0x02), (0, 0x0f), (128, 0x03), (127, 0x10), (191, 0x80)));
    }

    /// <summary>
    /// d = 1. Scales 0 and 7 are 33 and 34, the others 0, so their weights are -32 · -127. Byte 8 = 8 15: weights 16 and 0;
    /// byte 135 = 15 0: weight 255 is 2 · 113.
    /// </summary>
    [Fact]
    public void IQ4_XS()
    {
        var expected = Filled(4064);
        expected.AsSpan(0, 32).Fill(-127);
        expected.AsSpan(224).Fill(-254);
        (expected[0], expected[16], expected[255]) = (113, 1, 226);
        Assert.Equal(expected, Dequantize(
            GgmlType.IQ4_XS, (1, 0x3c), (2, 0x02), (3, 0x80), (4, 0x01), (7, 0x20), (8, 0x8f), (135, 0xf0)));
    }

    private static float[] Filled(float value) => [.. Enumerable.Repeat(value, 256)];

    /// <summary>A block with these bytes set and the rest 0.</summary>
    private static float[] Dequantize(GgmlType type, params (int Index, byte Value)[] bytes)
    {
        var format = BlockFormat.Of(type);
        var (block, values) = (new byte[format.BlockBytes], new float[format.BlockLength]);
        foreach (var (index, value) in bytes) block[index] = value;
        format.Dequantize(block, values);
        return values;
    }
}
