using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using CsCheck;
using LoRDBA.Runtime.Kernels;
using LoRDBA.Runtime.Kernels.Signs;
using LoRDBA.Runtime.Memory;

namespace LoRDBA.Runtime.Tests.Kernels.Signs;

public sealed unsafe class SignBatchTests
{
    [Fact]
    public void A_row_by_hand()
    {
        // Two segments: the first has the maximum 2.54, so gain 255 and codes x / 0.02; the second a tenth of it, gain 26.
        var x = new float[128];
        (x[0], x[1], x[64]) = (-2.54f, 1f, 0.254f);
        using var row = Quantize(x, null, out var batch);
        Assert.Equal((-127, 50, 0), (batch.Codes(0)[0], batch.Codes(0)[1], batch.Codes(0)[2]));
        Assert.Equal((255 | 255 << 16, 26 | 26 << 16), (batch.Gains(0)[0], batch.Gains(0)[1]));
        Assert.Equal(125, batch.Codes(0)[64]); // 0.254 / (2.54 / 127 / 255 * 26) = 124.56
        Assert.Equal(255 * (-127 + 50) + 26 * 125, batch.Total(0));
    }

    [Fact]
    public void Zeros_and_values_next_to_zero_have_no_codes()
    {
        foreach (var value in new[] { 0f, float.Epsilon, 1e-38f })
        {
            using var row = Quantize([value, -value], null, out var batch);
            Assert.Equal((0, 0, 0f), (batch.Codes(0)[0], batch.Total(0), batch.Scale(0)));
        }
    }

    [Fact]
    public void No_activation_is_off_by_more_than_half_a_step_and_every_register_width_gives_the_same_bits() =>
        Gen.Select(Gen.Float[-1e4f, 1e4f].Array[1, 200], Gen.Float[0, 2].Array[200], Gen.Bool).Sample((x, scale, scaled) =>
        {
            using var row = Quantize(x, scaled ? scale : null, out var batch);
            for (var j = 0; j < x.Length; j++)
            {
                var step = batch.Scale(0) * (short)batch.Gains(0)[j / 64];
                Assert.InRange(Math.Abs(batch.Codes(0)[j] * step - (scaled ? x[j] * scale[j] : x[j])), 0, step * 0.5001f + 1e-25f);
            }
            for (var j = x.Length; j < batch.Width; j++) Assert.Equal(0, batch.Codes(0)[j]);

            using var other = Arena.Create(arena => batch = SignBatch.Reserve(arena, 1, x.Length));
            using var third = Quantize(x, scaled ? scale : null, out var expected);
            fixed (float* start = x, s = scale)
            {
                batch.Quantize<Lanes128>(start, scaled ? s : null, x.Length, 0);
                AssertSame(expected, batch);
                if (!Vector256.IsHardwareAccelerated) return;
                batch.Quantize<Lanes256>(start, scaled ? s : null, x.Length, 0);
                AssertSame(expected, batch);
            }
        }, iter: 300);

    [Fact]
    public void From_the_whole_numbers_of_the_base_no_activation_is_off_by_more_than_both_roundings() =>
        Gen.Select(Gen.Int[1, 9], Gen.Float[-1e4f, 1e4f].Array[9 * 32]).Sample((blocks, values) =>
        {
            var x = values[..(32 * blocks)];
            QuantizedRows rows = default;
            SignBatch batch = default;
            using var arena = Arena.Create(arena => (rows, batch) = (QuantizedRows.Reserve(arena, 1, x.Length), SignBatch.Reserve(arena, 1, x.Length)));
            fixed (float* start = x) rows.Quantize(start, token: 0);
            new Span<sbyte>(batch.Codes(0), batch.Width).Fill(99);
            batch.Quantize(rows, row: 0, token: 0);

            var total = 0;
            for (var j = 0; j < batch.Width; j++)
            {
                var gain = (short)batch.Gains(0)[j / 64];
                Assert.Equal(gain * 0x10001, batch.Gains(0)[j / 64]);
                Assert.InRange(gain, 1, 255);
                total += gain * batch.Codes(0)[j];
                // Half a step here, half a step of the base's numbers, and 1/64 of a step for the factor's 14 bits.
                var step = batch.Scale(0) * gain;
                if (j < x.Length) Assert.InRange(Math.Abs(batch.Codes(0)[j] * step - x[j]), 0, step * (0.5f + 1f / 64) + 0.51f * rows.ScalesOf(0)[j / 32] + 1e-25f);
                else Assert.Equal(0, batch.Codes(0)[j]);
            }
            Assert.Equal(total, batch.Total(0));
        }, iter: 300);

    [Fact]
    public void Zeros_of_the_base_have_no_codes()
    {
        QuantizedRows rows = default;
        SignBatch batch = default;
        using var arena = Arena.Create(arena => (rows, batch) = (QuantizedRows.Reserve(arena, 1, 96), SignBatch.Reserve(arena, 1, 96)));
        var x = stackalloc float[96];
        new Span<float>(x, 96).Clear();
        rows.Quantize(x, token: 0);
        batch.Quantize(rows, row: 0, token: 0);
        Assert.Equal((0f, 0), (batch.Scale(0), batch.Total(0)));
    }

    [Fact]
    public void Every_instruction_set_rounds_a_block_to_the_same_codes() =>
        Gen.Select(Gen.Int[-QuantizedRows.MaxCode, QuantizedRows.MaxCode].Array[32], Gen.Int[0, 16_257]).Sample((values, factor) =>
        {
            short* a = stackalloc short[32];
            sbyte* expected = stackalloc sbyte[32], codes = stackalloc sbyte[32];
            for (var j = 0; j < 32; j++) a[j] = (short)values[j];
            SignBatch.RoundScalar(a, factor * 0x10001, expected);
            if (Ssse3.IsSupported || AdvSimd.IsSupported) SignBatch.Round128(a, factor * 0x10001, codes);
            AssertSame(expected, codes);
            if (Avx2.IsSupported) SignBatch.Round256(a, factor * 0x10001, codes);
            AssertSame(expected, codes);
            if (Avx512BW.IsSupported) SignBatch.Round512(a, factor * 0x10001, codes);
            AssertSame(expected, codes);
        });

    private static void AssertSame(sbyte* a, sbyte* b) => Assert.True(new Span<sbyte>(a, 32).SequenceEqual(new Span<sbyte>(b, 32)));

    private static void AssertSame(SignBatch a, SignBatch b)
    {
        Assert.Equal((a.Scale(0), a.Total(0)), (b.Scale(0), b.Total(0)));
        Assert.True(new Span<sbyte>(a.Codes(0), a.Width).SequenceEqual(new Span<sbyte>(b.Codes(0), b.Width)));
        Assert.True(new Span<int>(a.Gains(0), a.Width / 64).SequenceEqual(new Span<int>(b.Gains(0), b.Width / 64)));
    }

    private static Arena Quantize(float[] x, float[]? scale, out SignBatch batch)
    {
        SignBatch reserved = default;
        var arena = Arena.Create(arena => reserved = SignBatch.Reserve(arena, 1, x.Length));
        fixed (float* start = x, s = scale) reserved.Quantize(start, s, x.Length, 0);
        batch = reserved;
        return arena;
    }
}
