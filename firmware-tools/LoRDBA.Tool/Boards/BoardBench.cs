using LoRDBA.Boards;
using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Inference;
using LoRDBA.Runtime.Models;
using LoRDBA.Tool.Benchmarking;
using LoRDBA.Tool.Output;

namespace LoRDBA.Tool.Boards;

/// <summary>
/// Prefill and decoding with every number of threads, the base alone and with an adapter in turns, so that a board that grows hot slows
/// both.
/// </summary>
internal static class BoardBench
{
    private const int Rank = 16;

    /// <summary>Measures a model.</summary>
    /// <param name="path">A GGUF model.</param>
    /// <param name="options">Lengths and turns.</param>
    /// <param name="context">Its root is the board.</param>
    /// <exception cref="BenchException">A logit is not finite.</exception>
    public static BoardMeasurement Run(string path, BoardBenchOptions options, ToolContext context)
    {
        using var model = Model.Load(path);
        context.Notify(model.Notices);
        model.File.ReadAhead();
        var temporary = Directory.CreateTempSubdirectory("lordba-board-");
        try
        {
            var file = Path.Combine(temporary.FullName, "random.lordba");
            RandomAdapters.SaveLordba(file, model, Rank, AdapterTargets.AllSeven, seed: 0);
            using var adapter = Adapter.Load(file, model);
            var speeds = Measure(model, adapter, options, context);
            using var telemetry = new BoardTelemetry(context.Root);
            return new(model.Config.Name, model.Fingerprint.ToString(), Rank, options.Prefill, options.Decode, options.Turns, speeds, BoardReader.StateOf(telemetry));
        }
        finally
        {
            temporary.Delete(recursive: true);
        }
    }

    private static ThreadsSpeed[] Measure(Model model, Adapter adapter, BoardBenchOptions options, ToolContext context)
    {
        using var progress = new Progress(context, "board");
        var speeds = new ThreadsSpeed[options.Threads];
        var ids = FixedTokens.Of(options.Prefill + options.Decode, model.Config.NVocab);
        for (var threads = 1; threads <= options.Threads; threads++)
        {
            using var sequence = model.CreateSequence(new() { ContextLength = ids.Length }, new() { Threads = threads });
            List<Turn> alone = [], adapted = [];
            // The first round warms up.
            for (var round = 0; round <= options.Turns; round++)
            {
                progress.Report((threads - 1) * (options.Turns + 1) + round, options.Threads * (options.Turns + 1), threads == 1 ? "1 thread" : $"{threads} threads");
                sequence.Use(null);
                var one = Turn.Run(sequence, ids, options.Prefill, context.Interrupted);
                sequence.Use(adapter);
                var other = Turn.Run(sequence, ids, options.Prefill, context.Interrupted);
                if (round == 0) continue;
                alone.Add(one);
                adapted.Add(other);
            }
            sequence.Use(null);
            speeds[threads - 1] = new(threads, SpeedFigures.Of(alone, options.Prefill, options.Decode), SpeedFigures.Of(adapted, options.Prefill, options.Decode));
        }
        return speeds;
    }
}

/// <summary>What is measured.</summary>
/// <param name="Threads">1 thread up to so many.</param>
/// <param name="Prefill">Tokens of the prompt.</param>
/// <param name="Decode">Tokens decoded after it.</param>
/// <param name="Turns">How often each is timed.</param>
internal sealed record BoardBenchOptions(int Threads, int Prefill, int Decode, int Turns);
