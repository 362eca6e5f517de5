namespace LoRDBA.Benchmarks.Roofline;

/// <summary>The tables, as Markdown.</summary>
internal static class RooflineReport
{
    /// <summary>Prints limits, then loops.</summary>
    public static void Write(MachinePeaks peaks, IEnumerable<HotLoop> loops)
    {
        var clock = peaks.Clock;
        Console.WriteLine($"Registers of {peaks.Registers}; the clock was at {PerSecond(clock.Amount, clock.Time) / 1e9:0.00} GHz by additions that wait for each other. Processor time, one thread.");
        Console.WriteLine();
        Console.WriteLine("| limit | a second | a cycle |");
        Console.WriteLine("|---|---|---|");
        foreach (var peak in peaks.All.Skip(1))
            Console.WriteLine($"| {peak.Name} | {PerSecond(peak.Amount, peak.Time) / 1e9:0.0} G{peak.Unit} | {PerCycle(peaks, peak.Amount, peak.Time):0.0} {peak.Unit} |");
        Console.WriteLine();
        Console.WriteLine("| loop | shape | tokens | measured | a cycle | what limits it | share of that limit |");
        Console.WriteLine("|---|---|---|---|---|---|---|");
        foreach (var loop in loops)
        {
            var (limit, amount) = loop.Work.MaxBy(work => work.Amount / PerSecond(work.Peak.Amount, work.Peak.Time));
            var speeds = loop.Work.Where(work => work.Amount > 0).Select(work => $"{PerSecond(work.Amount, loop.Time) / 1e9:0.0} G{work.Peak.Unit}/s");
            // Seconds that the limit alone would take, of those that it took.
            var share = Figures.Ratio(limit.Time.Seconds.Select(seconds => amount / limit.Amount * seconds), loop.Time.Seconds);
            var (first, macs) = loop.Work[0];
            Console.WriteLine($"| {loop.Name} | {loop.Shape} | {loop.Tokens} | {string.Join(", ", speeds)} | {PerCycle(peaks, macs, loop.Time):0.0} {first.Unit} | {limit.Name} | {share:0 %} |");
        }
    }

    private static double PerSecond(double amount, Timed time) => amount / Figures.Median(time.Seconds);

    private static double PerCycle(MachinePeaks peaks, double amount, Timed time) =>
        Figures.Median([.. peaks.Clock.Time.Seconds.Zip(time.Seconds, (clock, seconds) => amount / seconds * clock / peaks.Clock.Amount)]);
}
