using LoRDBA.Runtime.Generation;

namespace LoRDBA.Tool.RandomModels;

/// <summary>Cheap normal-like numbers: a seed fixes each row of each matrix, so rows can be made in any order and on any thread.</summary>
internal static class RandomValues
{
    /// <summary>Of the sum of four bytes: the mean is 510, the variance 4 (256² - 1) / 12.</summary>
    private const int Mean = 510;
    private static readonly float Deviation = MathF.Sqrt((256 * 256 - 1) / 3f);

    /// <summary>The source of one row.</summary>
    public static SplitMix Row(ulong seed, int matrix, long row)
    {
        // Drawn from sources of their own, so that neither a matrix nor a row continues its neighbour.
        var ofSeed = new SplitMix(seed).NextBits();
        var ofMatrix = new SplitMix(ofSeed + (ulong)matrix).NextBits();
        return new SplitMix(ofMatrix + (ulong)row);
    }

    /// <summary>Fills with numbers of mean 0, at most 3.5 deviations from it.</summary>
    public static void Fill(SplitMix random, Span<float> values, float deviation)
    {
        var scale = deviation / Deviation;
        for (var i = 0; i < values.Length; i += 2)
        {
            var bits = random.NextBits();
            values[i] = scale * (SumOfBytes((uint)bits) - Mean);
            if (i + 1 < values.Length) values[i + 1] = scale * (SumOfBytes((uint)(bits >> 32)) - Mean);
        }
    }

    private static int SumOfBytes(uint bytes)
    {
        var pairs = (bytes & 0x00FF00FF) + (bytes >> 8 & 0x00FF00FF);
        return (int)((pairs & 0xFFFF) + (pairs >> 16));
    }
}
