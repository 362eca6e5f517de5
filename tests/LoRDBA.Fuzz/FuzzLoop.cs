using System.Diagnostics;
using LoRDBA.Fuzz.Mutation;
using LoRDBA.Fuzz.Targets;

namespace LoRDBA.Fuzz;

/// <summary>
/// Runs inputs, and keeps as parents of further ones those that reach something new. On one thread, whose stack is as small as a program's that
/// starts one without asking for more.
/// </summary>
internal sealed class FuzzLoop(Target target, Mutator mutate, Coverage coverage, Findings findings, int seed)
{
    private const long MaxAllocated = 64 << 20;
    private static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BetweenLines = TimeSpan.FromSeconds(20);

    private readonly Random random = new(seed);
    private readonly List<byte[]> kept = [];

    /// <summary>Inputs that were run.</summary>
    public long Inputs { get; private set; }

    /// <summary>Inputs that each reached something that those before did not.</summary>
    public IReadOnlyList<byte[]> Kept => kept;

    /// <summary>Runs the seeds, then their descendants until the time is over.</summary>
    public void Run(IEnumerable<byte[]> seeds, TimeSpan time)
    {
        var clock = Stopwatch.StartNew();
        foreach (var input in seeds) Try(input);
        var nextLine = BetweenLines;
        while (clock.Elapsed < time)
        {
            // The youngest are the likeliest to lead further.
            var parent = kept[random.Next(2) == 0 ? random.Next(kept.Count) : Math.Max(0, kept.Count - 1 - random.Next(32))];
            var input = mutate(parent, Chance.Of(random, kept), random);
            if (input.Length <= Target.MaxLength) Try(input);
            if (clock.Elapsed < nextLine) continue;
            nextLine += BetweenLines;
            Console.WriteLine(Line(clock.Elapsed));
        }
        findings.End();
        Console.WriteLine(Line(clock.Elapsed));
    }

    private string Line(TimeSpan elapsed) => FormattableString.Invariant(
        $"{target.Name}: {elapsed.TotalSeconds:0} s, {Inputs} inputs ({Inputs / elapsed.TotalSeconds:0}/s), {coverage.Edges} edges, {kept.Count} kept, {findings.Count} findings");

    private void Try(byte[] input)
    {
        Inputs++;
        coverage.Begin();
        var (elapsed, allocated) = Once(input);
        if (coverage.AddsNew()) kept.Add(input);

        // A busy machine is no finding: what is slow must be slow three times.
        if (elapsed > MaxTime && Once(input).Elapsed > MaxTime && Once(input).Elapsed > MaxTime) findings.Add(input, $"{elapsed.TotalSeconds:0.0} s");
        if (allocated > MaxAllocated) findings.Add(input, $"{allocated >> 20} MB allocated");
    }

    private (TimeSpan Elapsed, long Allocated) Once(byte[] input)
    {
        findings.Begin(input);
        var (start, before) = (Stopwatch.GetTimestamp(), GC.GetAllocatedBytesForCurrentThread());
        try
        {
            target.Run(input);
        }
        catch (Exception unexpected)
        {
            findings.Add(input, unexpected);
        }
        return (Stopwatch.GetElapsedTime(start), GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
