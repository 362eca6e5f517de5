using LoRDBA.Training.Backward;

namespace LoRDBA.Training.Tests.Backward;

public sealed unsafe class MatmulTests
{
    /// <summary>Bit for bit: an element of C is one chain of fused multiply-adds in the order of k, whatever the tiles.</summary>
    [Theory]
    [InlineData(false, false, false)]
    [InlineData(true, false, false)]
    [InlineData(false, true, false)]
    [InlineData(false, true, true)]
    [InlineData(true, false, true)]
    public void Equals_the_chain_for_whole_and_broken_tiles(bool isATransposed, bool isBTransposed, bool takeSigns)
    {
        var random = new Random(42);
        foreach (var m in (ReadOnlySpan<int>)[1, 5, 6, 7, 13])
        {
            foreach (var n in (ReadOnlySpan<int>)[1, 7, 8, 9, 15, 16, 17, 24, 40])
            {
                foreach (var k in (ReadOnlySpan<int>)[1, 3, 255, 256, 257])
                {
                    Check(m, n, k, isATransposed, isBTransposed, takeSigns, accumulate: true, random);
                    Check(m, n, k, isATransposed, isBTransposed, takeSigns, accumulate: false, random);
                }
            }
        }
    }

    private static void Check(int m, int n, int k, bool isATransposed, bool isBTransposed, bool takeSigns, bool accumulate, Random random)
    {
        using var numbers = new NumberSet(random.Next());
        Numbers a = numbers.Draw(m * k), b = numbers.Draw(k * n), c = numbers.Draw(m * n);
        b.Floats[0] = -0f;          // counts as plus
        var before = c.Floats.ToArray();
        fixed (float* pa = a.Floats, pb = b.Floats, pc = c.Floats)
        {
            Strided left = isATransposed ? new(pa, 1, m) : new(pa, k, 1), right = isBTransposed ? new(pb, 1, k) : new(pb, n, 1);
            if (takeSigns) Matmul.MultiplySigns(m, n, k, left, right, pc, accumulate);
            else Matmul.Multiply(m, n, k, left, right, pc, accumulate);

            for (var i = 0; i < m; i++)
            {
                for (var j = 0; j < n; j++)
                {
                    var expected = accumulate ? before[i * n + j] : 0;
                    for (var l = 0; l < k; l++)
                    {
                        var number = isBTransposed ? pb[j * k + l] : pb[l * n + j];
                        if (takeSigns) number = number >= 0 ? 1 : -1;
                        expected = MathF.FusedMultiplyAdd(isATransposed ? pa[l * m + i] : pa[i * k + l], number, expected);
                    }

                    Assert.Equal(expected, pc[i * n + j]);
                }
            }
        }
    }
}
