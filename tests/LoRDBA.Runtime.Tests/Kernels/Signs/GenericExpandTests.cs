using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using LoRDBA.Runtime.Kernels.Signs;

namespace LoRDBA.Runtime.Tests.Kernels.Signs;

/// <summary>The expand product: by hand, every instruction set against the scalar twin to the last bit, the twin against float64.</summary>
public sealed unsafe class GenericExpandTests
{
    public enum Isa { Avx512, Avx2, Registers128 }

    [Fact]
    public void Expand_by_hand()
    {
        // S_B = rows o of n_out = 3: (+ -), (- -), (+ +); z = (2, 5), s_out = (1, 0.5, 2), weight 10, y = 1
        // y0 = 1 + 10 * 1 * (2 - 5) = -29, y1 = 1 + 10 * 0.5 * (-7) = -34, y2 = 1 + 10 * 2 * 7 = 141
        using var c = SignCase.Expand(3, 2, 1, seed: 1);
        (c.Planes[0], c.Planes[1], c.Planes[2]) = (0b01, 0b00, 0b11);
        var z = stackalloc float[8];
        (z[0], z[1]) = (2, 5);
        LookupTables.Build(z, 2, c.Tables);
        (c.ScaleOut[0], c.ScaleOut[1], c.ScaleOut[2]) = (1, 0.5f, 2);
        c.Y.AsSpan().Fill(1);
        var y = c.Run(new GenericExpand(3, 2), 10, 0, 3);
        Assert.Equal(-29, y[0], 1e-2f);
        Assert.Equal(-34, y[1], 1e-2f);
        Assert.Equal(141, y[2], 1e-2f);
    }

    [Theory, InlineData(Isa.Avx512), InlineData(Isa.Avx2), InlineData(Isa.Registers128)]
    public void Every_instruction_set_gives_the_bits_of_the_scalar_twin(Isa isa)
    {
        Assert.SkipUnless(
            isa switch { Isa.Avx512 => Avx512BW.IsSupported, Isa.Avx2 => Avx2.IsSupported, _ => Ssse3.IsSupported || AdvSimd.Arm64.IsSupported }, $"this machine has no {isa}");
        foreach (var nOut in new[] { 16, 32, 48, 64, 192, 208 })
            foreach (var rank in new[] { 1, 2, 4, 5, 8, 9, 16, 33, 64 })
            {
                using var c = SignCase.Expand(nOut, rank, 1, seed: nOut + rank);
                var kernel = new GenericExpand(nOut, rank);
                var expected = c.RunScalar(kernel, 0.75f, 0, nOut);
                var scale = 0.75f * *(float*)(c.Tables + LookupTables.ScaleOffset(rank));
                var y = (float[])c.Y.Clone();
                fixed (float* start = y)
                {
                    var done = isa switch
                    {
                        Isa.Avx512 => kernel.RunAvx512(c.Planes, c.ScaleOut, c.Tables, start, 0, nOut, scale),
                        Isa.Avx2 => kernel.RunAvx2(c.Planes, c.ScaleOut, c.Tables, start, 0, nOut, scale),
                        _ => kernel.Run128(c.Planes, c.ScaleOut, c.Tables, start, 0, nOut, scale),
                    };
                    Assert.Equal(nOut / (isa switch { Isa.Avx512 => 64, Isa.Avx2 => 32, _ => 16 }) * (isa switch { Isa.Avx512 => 64, Isa.Avx2 => 32, _ => 16 }), done);
                    Assert.Equal(expected.AsSpan(0, done), y.AsSpan(0, done));
                    Assert.Equal(c.Y.AsSpan(done), y.AsSpan(done));
                }
            }
    }

    [Fact]
    public void Any_rows_of_any_shape_are_computed_alone()
    {
        foreach (var nOut in new[] { 1, 7, 16, 17, 100, 192 })
            foreach (var rank in new[] { 1, 6, 16, 64 })
            {
                using var c = SignCase.Expand(nOut, rank, 3, seed: nOut * rank);
                var kernel = new GenericExpand(nOut, rank);
                for (var start = 0; start < nOut; start += 16)
                    foreach (var end in new[] { Math.Min(start + 16, nOut), nOut })
                        Assert.Equal(c.RunScalar(kernel, -1.5f, start, end), c.Run(kernel, -1.5f, start, end));
            }
    }

    [Theory, InlineData(192, 1), InlineData(64, 16), InlineData(33, 64), InlineData(50, 7)]
    public void The_scalar_twin_is_the_product_as_float64_has_it(int nOut, int rank)
    {
        using var c = SignCase.Expand(nOut, rank, 2, seed: 5);
        var y = c.RunScalar(new GenericExpand(nOut, rank), 0.75f, 0, nOut);
        for (var t = 0; t < 2; t++)
        {
            var step = c.Z.Skip(t * rank).Take(rank).Max(Math.Abs) * rank / short.MaxValue;
            for (var o = 0; o < nOut; o++)
            {
                var sum = 0.0;
                for (var k = 0; k < rank; k++) sum += c.Sign(k, o) * (double)c.Z[t * rank + k];
                Assert.Equal(c.Y[t * nOut + o] + 0.75 * c.ScaleOut[o] * sum, y[t * nOut + o], step * rank / 2 + 1e-5);
            }
        }
    }
}
