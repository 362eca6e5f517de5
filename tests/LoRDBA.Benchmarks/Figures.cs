namespace LoRDBA.Benchmarks;

/// <summary>What every comparison needs: numbers to compute with, and what times come to.</summary>
internal static class Figures
{
    /// <summary>The middle one, the higher of two.</summary>
    public static double Median(IReadOnlyCollection<double> values) => values.Order().ElementAt(values.Count / 2);

    /// <summary>The median of the ratios within a turn.</summary>
    public static double Ratio(IEnumerable<double> dividends, IEnumerable<double> divisors) => Median([.. dividends.Zip(divisors, (a, b) => a / b)]);

    /// <summary>Numbers between -<paramref name="range"/> and <paramref name="range"/>.</summary>
    public static float[] Values(Random random, int count, float range = 1)
    {
        var values = new float[count];
        foreach (ref var value in values.AsSpan()) value = (random.NextSingle() * 2 - 1) * range;
        return values;
    }
}
