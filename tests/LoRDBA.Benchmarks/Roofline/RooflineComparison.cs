using System.Globalization;
using LoRDBA.Runtime.Blocks;

namespace LoRDBA.Benchmarks.Roofline;

/// <summary>
/// How near the hot loops are to what the machine can do at most: its limits and the loops are timed in turns, within one process and
/// thread, by processor time. A share is the median of the rounds' shares.
/// </summary>
internal static class RooflineComparison
{
    private const int Rounds = 11;

    private static readonly GgmlType[] Formats = [GgmlType.Q8_0, GgmlType.Q4_0, GgmlType.Q4_1, GgmlType.Q4_K, GgmlType.Q6_K];

    /// <summary>Checks results, then prints the tables.</summary>
    public static void Run()
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        var random = new Random(1);
        var owners = new Stack<IDisposable>();
        T Own<T>(T owner) where T : IDisposable
        {
            owners.Push(owner);
            return owner;
        }

        var peaks = Own(new MachinePeaks());
        var loops = new List<HotLoop>();
        foreach (var format in Formats.Select(format => Own(new BaseLoops(format, random))))
        {
            foreach (var (nIn, nOut, tokens) in new[] { (1536, 576, 288), (2048, 8192, 512), (1536, 576, 1), (2048, 8192, 1) })
                loops.Add(format.Product(peaks, nIn, nOut, tokens));
            loops.Add(format.FromCache(peaks, 1536));
        }
        foreach (var attention in new[] { Own(new AttentionLoops(Shapes.Smollm2, random)), Own(new AttentionLoops(Shapes.Llama1b, random)) })
            loops.AddRange([attention.Prefill(peaks), attention.Decode(peaks)]);
        var signs = new[] { Own(new SignLoops(576, 1536, 16, random)), Own(new SignLoops(2048, 8192, 16, random)) };
        loops.AddRange(signs.SelectMany(branch => branch.All(peaks)));
        loops.Add(Own(new QuantizeLoop(1536, random)).Loop(peaks));
        loops.Add(signs[0].Quantize(peaks));

        // The first round finds out how often each has to run.
        for (var round = 0; round <= Rounds; round++)
        {
            foreach (var peak in peaks.All) peak.Time.Round();
            foreach (var loop in loops) loop.Time.Round();
        }
        RooflineReport.Write(peaks, loops);
        while (owners.TryPop(out var owner)) owner.Dispose();
    }
}
