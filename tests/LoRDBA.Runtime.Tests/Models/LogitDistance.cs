namespace LoRDBA.Runtime.Tests.Models;

/// <summary>How far logits lie apart.</summary>
internal static class LogitDistance
{
    /// <summary>The largest difference of two logits in units of the standard deviation of all.</summary>
    public static double Of(double[][] actual, double[][] expected)
    {
        var all = expected.SelectMany(row => row).ToArray();
        var mean = all.Average();
        var spread = Math.Sqrt(all.Average(x => (x - mean) * (x - mean)));
        return actual.SelectMany(row => row).Zip(all, (x, y) => Math.Abs(x - y)).Max() / spread;
    }
}
