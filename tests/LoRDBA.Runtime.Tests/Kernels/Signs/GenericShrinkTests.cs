using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using LoRDBA.Runtime.Kernels.Signs;

namespace LoRDBA.Runtime.Tests.Kernels.Signs;

/// <summary>The shrink product: by hand, every instruction set against the scalar twin to the last bit, the twin against float64.</summary>
public sealed unsafe class GenericShrinkTests
{
    public enum Isa { Avx512, Avx2, Dp, AdvSimd }

    [Fact]
    public void Shrink_by_hand()
    {
        // x = (127, -1, 2), one segment, gain 255: codes as they are, x = 1/255 * 255 * code.
        // S_A = [[+ - +], [- - +]]: 127 + 1 + 2 = 130, -127 + 1 + 2 = -124; times the gain
        using var c = SignCase.Shrink(3, 2, 1, seed: 1);
        *(ulong*)c.Signs = 0b101;
        *(ulong*)(c.Signs + 8) = 0b100;
        var x = stackalloc float[] { 127, -1, 2 };
        c.Batch.Quantize(x, null, 3, 0);
        Assert.Equal([130 * 255, -124 * 255], c.Run(new GenericShrink(3, 2)));
        Assert.Equal([130 * 255, -124 * 255], c.RunScalar(new GenericShrink(3, 2)));
    }

    [Theory, InlineData(Isa.Avx512), InlineData(Isa.Avx2), InlineData(Isa.Dp), InlineData(Isa.AdvSimd)]
    public void Every_instruction_set_gives_the_bits_of_the_scalar_twin(Isa isa)
    {
        Require(isa);
        foreach (var nIn in new[] { 1, 15, 63, 64, 65, 127, 192, 576, 1000 })
            foreach (var rank in new[] { 1, 2, 3, 4, 5, 7, 8, 16, 33, 64, 100 })
                foreach (var tokens in new[] { 1, 2, 3, 5 })
                {
                    using var c = SignCase.Shrink(nIn, rank, tokens, seed: nIn + rank);
                    var kernel = new GenericShrink(nIn, rank);
                    var sums = c.Memory(tokens * kernel.SumStride * sizeof(int)).Ints;
                    var scratch = c.Memory(kernel.ScratchLength).Bytes;
                    if (isa == Isa.Avx512) kernel.RunAvx512(c.Signs, c.Batch, tokens, sums, scratch);
                    else if (isa == Isa.Avx2) kernel.RunAvx2(c.Signs, c.Batch, tokens, sums, scratch);
                    else if (isa == Isa.Dp) kernel.RunDp(c.Signs, c.Batch, tokens, sums, scratch);
                    else kernel.RunAdvSimd(c.Signs, c.Batch, tokens, sums, scratch);
                    var expected = c.RunScalar(kernel);
                    for (var i = 0; i < expected.Length; i++)
                        Assert.True(expected[i] == sums[i / rank * kernel.SumStride + i % rank], $"n_in {nIn}, rank {rank}, tokens {tokens}, [{i}]");
                }
    }

    [Theory, InlineData(64, 1), InlineData(576, 16), InlineData(1536, 5), InlineData(100, 64)]
    public void The_scalar_twin_is_the_sum_of_signs_as_float64_has_it(int nIn, int rank)
    {
        using var c = SignCase.Shrink(nIn, rank, 3, seed: 5);
        var sums = c.RunScalar(new GenericShrink(nIn, rank));
        for (var t = 0; t < 3; t++)
            for (var k = 0; k < rank; k++)
            {
                double exact = 0, step = 0;
                for (var j = 0; j < nIn; j++)
                {
                    exact += c.Sign(k, j) * (double)c.X[t * nIn + j];
                    step += Math.Pow(c.Batch.Scale(t) * (short)c.Batch.Gains(t)[j / 64], 2);
                }
                // Rounding to codes is off by half a step at most, and adds up like noise.
                Assert.Equal(exact, sums[t * rank + k] * (double)c.Batch.Scale(t), 3 * Math.Sqrt(step) + 1e-6);
            }
    }

    [Fact]
    public void Nothing_is_allocated()
    {
        using var c = SignCase.Shrink(576, 48, 7, seed: 3);
        var kernel = new GenericShrink(576, 48);
        var sums = c.Memory(7 * kernel.SumStride * sizeof(int)).Ints;
        var scratch = c.Memory(kernel.ScratchLength).Bytes;
        kernel.Run(c.Signs, c.Batch, 7, sums, scratch);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 50; i++) kernel.Run(c.Signs, c.Batch, 7, sums, scratch);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private static void Require(Isa isa) => Assert.SkipUnless(
        isa switch { Isa.Avx512 => Avx512BW.IsSupported, Isa.Avx2 => Avx2.IsSupported, Isa.Dp => Dp.IsSupported, _ => AdvSimd.Arm64.IsSupported }, $"this machine has no {isa}");
}
