using LoRDBA.Examples.SmartHome.Training.Network;

namespace LoRDBA.Examples.SmartHome.Training.Tests.Network;

public sealed unsafe class MatmulTests
{
    private const float Tolerance = 1e-4f;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Equals_the_definition_for_whole_and_broken_tiles(bool isTransposed)
    {
        var random = new Random(42);
        foreach (var m in (ReadOnlySpan<int>)[1, 5, 6, 7, 13])
        {
            foreach (var n in (ReadOnlySpan<int>)[8, 16, 24, 40])
            {
                foreach (var k in (ReadOnlySpan<int>)[1, 3, 255, 256, 257])
                    Check(m, n, k, isTransposed, random);
            }
        }
    }

    private static void Check(int m, int n, int k, bool isTransposed, Random random)
    {
        FloatBuffer a = new(m * k), b = new(k * n), c = new(m * n);
        a.FillNormal(random, 1);
        b.FillNormal(random, 1);
        c.Span.Fill(1);
        var (aRow, aColumn) = isTransposed ? (1, m) : (k, 1);

        Matmul.Multiply(m, n, k, a.Data, aRow, aColumn, b.Data, c.Data, accumulate: true);

        for (var i = 0; i < m; i++)
        {
            for (var j = 0; j < n; j++)
            {
                var expected = 1.0;
                for (var l = 0; l < k; l++) expected += (double)a.Span[i * aRow + l * aColumn] * b.Span[l * n + j];
                Assert.Equal(expected, c.Span[i * n + j], Tolerance * MathF.Sqrt(k));
            }
        }
    }
}
