namespace LoRDBA.Tool.Benchmarking;

/// <summary>Medians: of a busy machine's times, the ones in the middle are worth most.</summary>
internal static class Median
{
    /// <summary>The middle of the values, the upper of two.</summary>
    public static double Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }

    /// <summary>How much more the first take than the second, pair by pair: 0.04 is 4 %.</summary>
    public static double Overhead(IEnumerable<double> times, IEnumerable<double> others) => Of(times.Zip(others, (time, other) => time / other)) - 1;
}
