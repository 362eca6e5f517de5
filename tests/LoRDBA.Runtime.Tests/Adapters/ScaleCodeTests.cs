using CsCheck;
using LoRDBA.Runtime.Adapters.Lordba;

namespace LoRDBA.Runtime.Tests.Adapters;

/// <summary>Scale codes: the stream of bits by hand, values by hand, and what encoding may lose.</summary>
public sealed class ScaleCodeTests
{
    [Fact]
    public void Three_bit_codes_are_packed_lowest_bit_first()
    {
        // values 2^(c - 1): 0 -> 0, 1 -> 1, 2 -> 2, 4 -> 3, 8 -> 4, 16 -> 5, 32 -> 6, 64 -> 7
        var code = new ScaleCode(3, 0, 1);
        var bytes = new byte[ScaleCode.ByteLength(3, 8)];

        code.Encode([0, 1, 2, 4, 8, 16, 32, 64], bytes);

        // stream from bit 0: 000 100 010 110 001 101 011 111 (each code lowest bit first)
        Assert.Equal([0b10_001_000, 0b1_100_011_0, 0b111_110_10], bytes);
    }

    [Fact]
    public void Four_bit_codes_put_the_first_scale_in_the_low_nibble()
    {
        var code = new ScaleCode(4, -3, 0.5f);
        var bytes = new byte[ScaleCode.ByteLength(4, 3)];

        code.Encode([0.125f, 16, 1], bytes);

        // 0.125 = 2^-3 is code 1; 16 = 2^4 is code 1 + 7 / 0.5 = 15; 1 = 2^0 is code 1 + 3 / 0.5 = 7
        Assert.Equal([0xF1, 0x07], bytes);
        var decoded = new float[3];
        code.Decode(bytes, decoded);
        Assert.Equal([0.125f, 16, 1], decoded);
    }

    [Fact]
    public void The_nearest_value_wins_not_the_nearest_logarithm()
    {
        var code = new ScaleCode(4, 0, 1);
        Assert.Equal(0, code.NearestCode(0.5f));
        Assert.Equal(1, code.NearestCode(0.51f));
        Assert.Equal(1, code.NearestCode(1.5f));
        Assert.Equal(2, code.NearestCode(1.51f));
        Assert.Equal(15, code.NearestCode(1e30f));
    }

    [Fact]
    public void Half_precision_is_stored_as_it_is()
    {
        var bytes = new byte[6];
        ScaleCode.F16.Encode([0.5f, 0, 65504], bytes);
        Assert.Equal([0x00, 0x38, 0x00, 0x00, 0xFF, 0x7B], bytes);
    }

    [Theory, InlineData(3), InlineData(4), InlineData(8), InlineData(16)]
    public void What_a_code_stands_for_survives_encoding(int bits) =>
        Gen.Select(Gen.Float[-20, 4], Gen.Float[0, 0.5f], Gen.Int[0, (1 << Math.Min(bits, 8)) - 1].Array[0, 70]).Sample((log2Min, log2Step, codes) =>
        {
            var code = bits == 16 ? ScaleCode.F16 : new ScaleCode(bits, log2Min, log2Step);
            var scales = codes.Select(c => bits == 16 ? c / 64f : code.ValueOf(c)).ToArray();
            var bytes = new byte[ScaleCode.ByteLength(bits, scales.Length)];
            code.Encode(scales, bytes);
            var decoded = new float[scales.Length];
            code.Decode(bytes, decoded);
            Assert.Equal(scales, decoded);
        });

    [Theory, InlineData(3), InlineData(4), InlineData(8)]
    public void A_fitted_code_reaches_the_largest_scale_and_stays_within_half_a_step(int bits) =>
        Gen.Float[-6, 0].Array[1, 200].Sample(logarithms =>
        {
            var scales = logarithms.Select(l => MathF.Pow(2, l)).ToArray();
            var code = ScaleCode.Fit(bits, scales);
            Assert.True(code.IsValid);
            var largest = scales.Max();
            Assert.Equal(largest, code.ValueOf((1 << bits) - 1), 1e-5f * largest);

            // Over the whole range half a step is an error of at most (2^step - 1) / 2 of a scale; the fit is at least as good in squares.
            var wholeRange = (Math.Log2(largest) - Math.Log2(scales.Min())) / ((1 << bits) - 2);
            var bound = scales.Sum(s => Math.Pow(s * (Math.Pow(2, wholeRange) - 1) / 2, 2));
            var error = scales.Sum(s => Math.Pow(s - code.ValueOf(code.NearestCode(s)), 2));
            Assert.True(error <= bound * 1.001 + 1e-12, $"{error} > {bound}");
        });

    [Fact]
    public void Equal_scales_need_one_code_and_no_range()
    {
        var code = ScaleCode.Fit(4, [0.3f, 0, 0.3f]);
        Assert.Equal(0, code.Log2Step);
        Assert.Equal(0.3f, code.ValueOf(1), 1e-7f);
        Assert.Equal(1, code.NearestCode(0.3f));
        Assert.Equal(new ScaleCode(4, 0, 0), ScaleCode.Fit(4, [0, 0]));
    }

    [Theory]
    [InlineData(4, float.NaN, 0.5f), InlineData(4, float.NegativeInfinity, 0.5f), InlineData(4, 0, float.NaN)]
    [InlineData(4, 0, float.PositiveInfinity), InlineData(4, 0, -0.5f), InlineData(4, 120, 1), InlineData(8, 0, 1)]
    [InlineData(16, 1, 0), InlineData(16, 0, 1), InlineData(16, -0f, 0)]
    public void Ranges_that_leave_float32_are_not_valid(int bits, float log2Min, float log2Step) =>
        Assert.False(new ScaleCode(bits, log2Min, log2Step).IsValid);
}
