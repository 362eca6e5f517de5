using LoRDBA.Runtime.Blocks;

namespace LoRDBA.Runtime.Tests.Blocks;

/// <summary>F16 and BF16, over all 65 536 bit patterns.</summary>
public sealed unsafe class FloatFormatTests
{
    private static byte[] AllPatterns() => [.. Enumerable.Range(0, 65536).SelectMany(i => new[] { (byte)i, (byte)(i >> 8) })];

    [Fact]
    public void Each_finite_half_is_read_without_branches_as_with_them()
    {
        for (var bits = 0; bits < 65536; bits++)
        {
            var half = BitConverter.UInt16BitsToHalf((ushort)bits);
            if (!Half.IsFinite(half)) continue;
            Assert.Equal(BitConverter.SingleToInt32Bits((float)half), BitConverter.SingleToInt32Bits(F16.Read((byte*)&bits)));
        }
    }

    [Fact]
    public void F16_values_survive_a_round_trip()
    {
        var (values, blocks) = (new float[65536], new byte[131072]);
        F16.Dequantize(AllPatterns(), values);
        F16.Quantize(values, blocks);
        for (var bits = 0; bits < 65536; bits++)
        {
            Assert.Equal((float)BitConverter.UInt16BitsToHalf((ushort)bits), values[bits]);
            if (!float.IsNaN(values[bits])) Assert.Equal(bits, BitConverter.ToUInt16(blocks, 2 * bits));
        }
    }

    [Fact]
    public void BF16_values_survive_a_round_trip()
    {
        var (values, blocks) = (new float[65536], new byte[131072]);
        BF16.Dequantize(AllPatterns(), values);
        BF16.Quantize(values, blocks);
        for (var bits = 0; bits < 65536; bits++)
        {
            Assert.Equal(bits << 16, BitConverter.SingleToInt32Bits(values[bits]));
            if (float.IsNaN(values[bits])) Assert.True(float.IsNaN(BitConverter.Int32BitsToSingle(BitConverter.ToUInt16(blocks, 2 * bits) << 16)));
            else Assert.Equal(bits, BitConverter.ToUInt16(blocks, 2 * bits));
        }
    }

    /// <summary>1 + 2^-8 lies in the middle of two BF16 numbers and goes to the even one; what is above goes up.</summary>
    [Theory]
    [InlineData(0x3f80_0000, 0x3f80)]
    [InlineData(0x3f80_7fff, 0x3f80)]
    [InlineData(0x3f80_8000, 0x3f80)]
    [InlineData(0x3f80_8001, 0x3f81)]
    [InlineData(0x3f81_8000, 0x3f82)]
    [InlineData(unchecked((int)0xbf81_8000), 0xbf82)]
    [InlineData(0x7f7f_ffff, 0x7f80)] // the largest number becomes infinite
    [InlineData(0x7f80_0001, 0x7fc0)] // not a number, though its upper half alone would be infinite
    public void BF16_rounds_to_nearest_even(int single, int expected)
    {
        var block = new byte[2];
        BF16.Quantize([BitConverter.Int32BitsToSingle(single)], block);
        Assert.Equal(expected, BitConverter.ToUInt16(block));
    }
}
