using CsCheck;
using LoRDBA.Runtime.Kernels;

namespace LoRDBA.Runtime.Tests.Kernels;

public sealed unsafe class QuantizedRowsTests
{
    [Fact]
    public void A_quad_is_scaled_by_its_largest_magnitude()
    {
        var x = new float[32];
        // 2.54 / 127 = 0.02 a step: codes -127, 50, 0, 1
        (x[0], x[1], x[2], x[3]) = (-2.54f, 1f, 0f, 0.02f);
        x[31] = 127f;

        using var arena = Quantize(x, out var rows);
        Assert.Equal([-127, 50, 0, 1], new ReadOnlySpan<sbyte>(rows.CodesOf(0), 4).ToArray());
        Assert.Equal(0.02f, rows.ScalesOf(0)[0], 1e-6f);
        Assert.Equal(127, rows.CodesOf(0)[31]);
        Assert.Equal(1f, rows.ScalesOf(0)[7]);
        Assert.Equal(-2.54f + 1f + 0.02f + 127f, rows.SumsOf(0)[0], 1e-4f);
    }

    [Fact]
    public void Zeros_stay_zeros()
    {
        using var arena = Quantize(new float[64], out var rows);
        for (var i = 0; i < 64; i++) Assert.Equal(0, rows.CodesOf(0)[i]);
        for (var i = 0; i < 16; i++) Assert.Equal(0f, rows.ScalesOf(0)[i]);
        Assert.Equal(0f, rows.SumsOf(0)[1]);
    }

    [Fact]
    public void No_activation_is_off_by_more_than_half_a_step() =>
        Gen.Float[-1e4f, 1e4f].Array[96].Sample(x =>
        {
            using var arena = Quantize(x, out var rows);
            for (var i = 0; i < x.Length; i++)
            {
                var step = rows.ScalesOf(0)[i / 4];
                Assert.InRange(Math.Abs(rows.CodesOf(0)[i] * step - x[i]), 0, step * 0.5001f + 1e-30f);
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
