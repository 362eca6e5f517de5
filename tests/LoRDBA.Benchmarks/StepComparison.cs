using System.Diagnostics;
using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Kernels;
using LoRDBA.Runtime.Models;
using LoRDBA.Runtime.Tests.Adapters;
using LoRDBA.Tests;

namespace LoRDBA.Benchmarks;

/// <summary>
/// What an adapter on all seven linears adds to whole steps of a model: a sign branch by the generated kernels and by the generic ones, and a
/// float LoRA of the same rank. One thread, one process; a turn takes the base and then each of them, and the figures are medians of
/// the turns' ratios.
/// </summary>
internal static class StepComparison
{
    private const int Prefill = 500, Decode = 64;

    /// <summary>Checks that both kinds of kernels give the same logits, then prints the table.</summary>
    public static void Run(string path, int turns)
    {
        using var model = Model.Load(path);
        var kernels = model.Config.NEmbd == 576 ? (SignKernels)Smollm2Kernels.Instance : Shape1bKernels.Instance;
        var ids = Enumerable.Range(0, Prefill + Decode).Select(i => (1000 + i * 7919) % model.Config.NVocab).ToArray();
        using var generated = model.CreateSession(new() { ContextLength = ids.Length, Threads = 1, Kernels = kernels, StrictKernels = true });
        using var generic = model.CreateSession(new() { ContextLength = ids.Length, Threads = 1 });

        Console.WriteLine($"{model.Config.Name}, {Prefill} tokens, then {Decode} single ones, {turns} turns");
        Console.WriteLine("| rank | | base, tok/s | generated | generic | float LoRA |");
        Console.WriteLine("|---|---|---|---|---|---|");
        foreach (var rank in new[] { 8, 16, 32 })
        {
            using var folder = new TemporaryFolder();
            using var lora = Adapter.Load(RandomPeft.Write(folder, model, rank), model);
            using var lordba = Lordba(model, rank);
            AssertSame(generated, generic, lordba, ids);

            var times = new (double Prefill, double Decode)[turns][];
            for (var turn = 0; turn < turns; turn++)
                times[turn] = [Time(generated, null, ids), Time(generated, lordba, ids), Time(generic, lordba, ids), Time(generic, lora, ids)];
            Print(rank, "prefill", Prefill, [.. times.Select(turn => turn.Select(time => time.Prefill).ToArray())]);
            Print(rank, "decode", Decode, [.. times.Select(turn => turn.Select(time => time.Decode).ToArray())]);
        }
    }

    /// <summary>Seconds of both parts.</summary>
    private static (double Prefill, double Decode) Time(Session session, Adapter? adapter, int[] ids)
    {
        session.Use(adapter, 1e-3f);
        session.Reset();
        var start = Stopwatch.GetTimestamp();
        session.Prefill(ids.AsSpan(0, Prefill));
        var middle = Stopwatch.GetTimestamp();
        for (var i = 0; i < Decode; i++) session.Decode(ids[Prefill + i]);
        return (Stopwatch.GetElapsedTime(start, middle).TotalSeconds, Stopwatch.GetElapsedTime(middle).TotalSeconds);
    }

    private static void Print(int rank, string what, int tokens, double[][] turns)
    {
        string More(int which) => $"{(Median(turns.Select(turn => turn[which] / turn[0])) - 1) * 100:+0.0;-0.0} %";
        Console.WriteLine($"| {rank} | {what} | {tokens / Median(turns.Select(turn => turn[0])):0.0} | {More(1)} | {More(2)} | {More(3)} |");
    }

    private static void AssertSame(Session generated, Session generic, Adapter adapter, int[] ids)
    {
        float[] Logits(Session session)
        {
            session.Use(adapter, 1e-3f);
            session.Reset();
            return session.Prefill(ids.AsSpan(0, 32)).ToArray();
        }
        if (!Logits(generated).AsSpan().SequenceEqual(Logits(generic))) throw new InvalidOperationException("The generated kernels differ from the generic ones.");
    }

    private static LordbaAdapter Lordba(Model model, int rank)
    {
        var seven = model.Linears.Where(linear => linear.Kind != LinearKind.Output);
        var factors = seven.Select(linear => RandomFactors.Create(linear.Name, linear.NIn, linear.NOut, rank, 4, 0, linear.Index));
        return LordbaAdapter.Bind(LordbaFile.From(GgufFile.FromBytes(LordbaWriter.ToArray(RandomFactors.Header(LordbaBase.Of(model)), [.. factors]), "random")), model);
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }
}
