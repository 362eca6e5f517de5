using CsCheck;
using LoRDBA.Runtime.Kernels;
using LoRDBA.Runtime.Memory;

namespace LoRDBA.Runtime.Tests.Kernels;

public sealed unsafe class QuantizedRowsTests
{
    [Fact]
    public void A_block_is_scaled_by_its_largest_magnitude()
    {
        var x = new float[64];
        // 3.2766 / 16 383 = 0.0002 a step: codes -16 383, 5 000, 0, 1
        (x[0], x[1], x[2], x[3]) = (-3.2766f, 1f, 0f, 0.0002f);
        x[63] = 16383f;

        using var arena = Quantize(x, out var rows);
        Assert.Equal([-16383, 5000, 0, 1], new ReadOnlySpan<short>(rows.CodesOf(0), 4).ToArray());
        Assert.Equal(0.0002f, rows.ScalesOf(0)[0], 1e-9f);
        Assert.Equal(16383, rows.CodesOf(0)[63]);
        Assert.Equal(1f, rows.ScalesOf(0)[1]);
        Assert.Equal(-3.2766f + 1f + 0.0002f, rows.SumsOf(0)[0], 1e-5f);
        Assert.Equal(16383f, rows.SumsOf(0)[1]);
    }

    [Fact]
    public void Zeros_stay_zeros()
    {
        using var arena = Quantize(new float[64], out var rows);
        for (var i = 0; i < 64; i++) Assert.Equal(0, rows.CodesOf(0)[i]);
        for (var i = 0; i < 2; i++) Assert.Equal((0f, 0f), (rows.ScalesOf(0)[i], rows.SumsOf(0)[i]));
    }

    [Fact]
    public void No_activation_is_off_by_more_than_half_a_step() =>
        Gen.Float[-1e4f, 1e4f].Array[96].Sample(x =>
        {
            using var arena = Quantize(x, out var rows);
            for (var i = 0; i < x.Length; i++)
            {
                var step = rows.ScalesOf(0)[i / 32];
                // One float32 rounding of x over the step is up to 16 383 · 2^-24 of a step.
                Assert.InRange(Math.Abs(rows.CodesOf(0)[i] * step - x[i]), 0, step * 0.503f + 1e-30f);
            }
        });

    private static Arena Quantize(float[] x, out QuantizedRows rows)
    {
        QuantizedRows reserved = default;
        var arena = Arena.Create(arena => reserved = QuantizedRows.Reserve(arena, 1, x.Length));
        fixed (float* start = x) reserved.Quantize(start, token: 0);
        rows = reserved;
        return arena;
    }
}
