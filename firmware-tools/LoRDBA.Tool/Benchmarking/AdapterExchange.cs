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
    public static SwitchFigures Switch(Session session, string onePath, string otherPath, ReadOnlySpan<int> ids)
    {
        using var one = Adapter.Load(onePath, session.Model);
        using var other = Adapter.Load(otherPath, session.Model);
        session.Reset();
        foreach (var adapter in (Adapter[])[one, other]) Step(session, adapter, ids[0]);

        var seconds = new double[Switches];
        var allocated = 0L;
        for (var i = 0; i < Switches; i++)
        {
            if (session.Position == session.ContextLength) session.Reset();
            var before = GC.GetTotalAllocatedBytes(precise: true);
            seconds[i] = Step(session, i % 2 == 0 ? one : other, ids[i % ids.Length]);
            allocated += GC.GetTotalAllocatedBytes(precise: true) - before;
        }
        session.Use(null);
        return new SwitchFigures(Median.Of(seconds), seconds.Max(), allocated);
    }

    /// <summary>Takes an adapter from its file to the first token, again and again; its pages are in memory, as those of a file that was just received.</summary>
    public static AttachFigures Attach(Session session, string path, ReadOnlySpan<int> prompt)
    {
        var (attached, firstToken, later) = (new double[Attachments], new double[Attachments], new double[Attachments]);
        for (var i = 0; i < Attachments; i++)
        {
            session.Reset();
            var start = Stopwatch.GetTimestamp();
            using var adapter = Adapter.Load(path, session.Model);
            session.Use(adapter);
            attached[i] = Stopwatch.GetElapsedTime(start).TotalSeconds;
            session.Prefill(prompt);
            firstToken[i] = Stopwatch.GetElapsedTime(start).TotalSeconds;
            later[i] = ProcessFigures.Prompt(session, prompt);
            session.Use(null);
        }
        return new AttachFigures(Median.Of(attached), Median.Of(firstToken), Median.Of(later), prompt.Length);
    }

    /// <summary>Seconds of the switch alone; a token follows it.</summary>
    private static double Step(Session session, Adapter adapter, int token)
    {
        var start = Stopwatch.GetTimestamp();
        session.Use(adapter);
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        session.Decode(token);
        return seconds;
    }
}
