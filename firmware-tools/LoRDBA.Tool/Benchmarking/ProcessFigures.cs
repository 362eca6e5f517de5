using System.Diagnostics;
using LoRDBA.Runtime.Inference;

namespace LoRDBA.Tool.Benchmarking;

/// <summary>What the process takes before there is any adapter: its start and its memory.</summary>
internal static class ProcessFigures
{
    /// <summary>A short command.</summary>
    public const int PromptTokens = 16;

    private const int Turns = 5;

    /// <summary>Takes the first token that this process computes; called before any other.</summary>
    public static StartUpFigures StartUp(Sequence sequence, ReadOnlySpan<int> prompt)
    {
        Prompt(sequence, prompt);
        using var process = Process.GetCurrentProcess();
        var sinceStart = DateTime.Now - process.StartTime;
        var later = new double[Turns];
        foreach (ref var seconds in later.AsSpan()) seconds = Prompt(sequence, prompt);
        return new StartUpFigures(sinceStart.TotalSeconds, Median.Of(later), prompt.Length);
    }

    /// <summary>Seconds of a prompt in an empty context, to its logits.</summary>
    public static double Prompt(Sequence sequence, ReadOnlySpan<int> prompt)
    {
        sequence.Reset();
        var start = Stopwatch.GetTimestamp();
        sequence.Prefill(prompt);
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>The memory so far.</summary>
    public static MemoryFigures Memory(Sequence sequence)
    {
        using var process = Process.GetCurrentProcess();
        var (peak, model, cache) = (process.PeakWorkingSet64, sequence.Model.File.Length, sequence.CacheByteLength);
        return new MemoryFigures(peak, model, cache, peak - model - cache);
    }
}
