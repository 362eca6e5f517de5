using System.Diagnostics;
using LoRDBA.Runtime.Inference;
using LoRDBA.Runtime.Models;

namespace LoRDBA.Tool.Benchmarking;

/// <summary>Several conversations that decode in one step, beside one of them alone: the base is read once for all.</summary>
internal static class DecodeTogether
{
    private const int Sequences = 4, Context = 64;

    /// <summary>Times both in turns.</summary>
    /// <param name="model">The base.</param>
    /// <param name="options">Threads, turns and how many tokens are decoded.</param>
    /// <param name="ids">Tokens to decode, any.</param>
    /// <exception cref="BenchException">Together a sequence gets another best token than alone.</exception>
    public static TogetherFigures Measure(Model model, BenchOptions options, int[] ids)
    {
        var steps = Math.Min(options.Decode, ids.Length);
        using var engine = model.CreateEngine(new() { Threads = options.Threads });
        var sequences = new Sequence[Sequences];
        var context = new SequenceOptions { ContextLength = Math.Min(Context + steps, model.Config.ContextLength) };
        for (var i = 0; i < Sequences; i++) sequences[i] = engine.CreateSequence(context);
        try
        {
            var start = sequences[0].ContextLength - steps;
            foreach (var sequence in sequences)
                if (start > 0) sequence.Prefill(ids.AsSpan(0, Math.Min(start, ids.Length)));
            var position = sequences[0].Position;
            var (together, alone) = (new double[options.Turns], new double[options.Turns]);
            for (var turn = -1; turn < options.Turns; turn++)
            {
                var (many, bestOfMany) = Run(engine, sequences, ids, steps, position);
                var (one, bestOfOne) = Run(engine, sequences[..1], ids, steps, position);
                if (bestOfMany != bestOfOne)
                    throw new BenchException(
                        BenchError.WrongResult, "In one step with others a sequence gets another best token than alone: this machine computes wrongly, or the program is broken.");
                if (turn >= 0) (together[turn], alone[turn]) = (many, one);
            }
            var ratios = together.Zip(alone, (many, one) => Sequences * one / many).ToArray();
            return new TogetherFigures(Sequences, Sequences * steps / Median.Of(together), steps / Median.Of(alone), Median.Of(ratios));
        }
        finally
        {
            foreach (var sequence in sequences) sequence.Dispose();
        }
    }

    /// <summary>Seconds of all steps, processor time where one thread computes, and a best token to compare.</summary>
    private static (double Seconds, int Best) Run(Engine engine, Sequence[] sequences, int[] ids, int steps, int position)
    {
        var batch = engine.CreateBatch();
        foreach (var sequence in sequences) sequence.Rewind(position);
        var (start, cpu) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        for (var step = 0; step < steps; step++)
        {
            batch.Clear();
            for (var i = 0; i < sequences.Length; i++) batch.Add(sequences[i], [ids[(step + i * 7) % ids.Length]]);
            engine.Step(batch);
        }
        var elapsed = engine.Threads == 1 ? Environment.CpuUsage.TotalTime - cpu : Stopwatch.GetElapsedTime(start);
        return (elapsed.TotalSeconds, Turn.BestOf(batch.Logits(0)));
    }
}
