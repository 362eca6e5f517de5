using System.Diagnostics;
using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Inference;

namespace LoRDBA.Tool.Benchmarking;

/// <summary>How long it takes until another adapter acts.</summary>
internal static class AdapterExchange
{
    private const int Switches = 32;
    private const int Attachments = 9;

    /// <summary>Switches between two loaded adapters, with a decoded token between any two switches.</summary>
    public static SwitchFigures Switch(Sequence sequence, string onePath, string otherPath, ReadOnlySpan<int> ids)
    {
        using var one = Adapter.Load(onePath, sequence.Model);
        using var other = Adapter.Load(otherPath, sequence.Model);
        sequence.Reset();
        foreach (var adapter in (Adapter[])[one, other]) Step(sequence, adapter, ids[0]);

        var seconds = new double[Switches];
        var allocated = 0L;
        for (var i = 0; i < Switches; i++)
        {
            if (sequence.Position == sequence.ContextLength) sequence.Reset();
            var before = GC.GetTotalAllocatedBytes(precise: true);
            seconds[i] = Step(sequence, i % 2 == 0 ? one : other, ids[i % ids.Length]);
            allocated += GC.GetTotalAllocatedBytes(precise: true) - before;
        }
        sequence.Use(null);
        return new SwitchFigures(Median.Of(seconds), seconds.Max(), allocated);
    }

    /// <summary>Takes an adapter from its file to the first token, again and again; its pages are in memory, as those of a file that was
    /// just received.</summary>
    public static AttachFigures Attach(Sequence sequence, string path, ReadOnlySpan<int> prompt)
    {
        var (attached, firstToken, later) = (new double[Attachments], new double[Attachments], new double[Attachments]);
        for (var i = 0; i < Attachments; i++)
        {
            sequence.Reset();
            var start = Stopwatch.GetTimestamp();
            using var adapter = Adapter.Load(path, sequence.Model);
            sequence.Use(adapter);
            attached[i] = Stopwatch.GetElapsedTime(start).TotalSeconds;
            sequence.Prefill(prompt);
            firstToken[i] = Stopwatch.GetElapsedTime(start).TotalSeconds;
            later[i] = ProcessFigures.Prompt(sequence, prompt);
            sequence.Use(null);
        }
        return new AttachFigures(Median.Of(attached), Median.Of(firstToken), Median.Of(later), prompt.Length);
    }

    /// <summary>Seconds of the switch alone; a token follows it.</summary>
    private static double Step(Sequence sequence, Adapter adapter, int token)
    {
        var start = Stopwatch.GetTimestamp();
        sequence.Use(adapter);
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        sequence.Decode(token);
        return seconds;
    }
}
