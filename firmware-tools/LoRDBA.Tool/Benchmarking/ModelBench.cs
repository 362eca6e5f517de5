using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Inference;
using LoRDBA.Runtime.Models;
using LoRDBA.Tool.Output;

namespace LoRDBA.Tool.Benchmarking;

/// <summary>
/// Measures a model alone and beside random adapters. All configurations are checked, then take turns, so that a machine that slows down
/// meanwhile slows all of them; what an adapter costs is the median of its ratios to the base in the same round.
/// </summary>
internal sealed class ModelBench
{
    /// <summary>Tokens that are enough to see that one after the other they give what they give together.</summary>
    private const int CheckTokens = 24;

    private readonly record struct Configuration(string Kind, int Rank, AdapterTargets Targets, string Path);

    private readonly BenchOptions options;
    private readonly ToolContext context;
    private readonly Sequence sequence;
    private readonly int[] ids;
    private readonly string folder;

    private ModelBench(BenchOptions options, ToolContext context, Sequence sequence, string folder)
    {
        (this.options, this.context, this.sequence, this.folder) = (options, context, sequence, folder);
        ids = FixedTokens.Of(sequence.ContextLength, sequence.Model.Config.NVocab);
    }

    private ReadOnlySpan<int> Prompt => ids.AsSpan(0, Math.Min(ProcessFigures.PromptTokens, ids.Length));

    /// <summary>Measures all of it.</summary>
    /// <exception cref="BenchException">What was to be timed does not compute what it has to.</exception>
    public static BenchResult Run(BenchOptions options, ToolContext context)
    {
        using var model = Model.Load(options.Model);
        model.File.ReadAhead(); // As LoadedModel does: the time of the first token is what `lordba run` takes.
        using var sequence = model.CreateSequence(new() { ContextLength = options.Prefill + options.Decode }, new() { Threads = options.Threads, Kernels = options.Kernels });
        var temporary = options.AdapterFolder is null ? Directory.CreateTempSubdirectory("lordba-bench-") : null;
        try
        {
            var folder = temporary ?? Directory.CreateDirectory(options.AdapterFolder!);
            return new ModelBench(options, context, sequence, folder.FullName).Measure();
        }
        finally
        {
            temporary?.Delete(recursive: true);
        }
    }

    private BenchResult Measure()
    {
        var startUp = ProcessFigures.StartUp(sequence, Prompt);
        Check("the base");
        Turn.Run(sequence, ids, options.Prefill, context.Interrupted);
        var memory = ProcessFigures.Memory(sequence);

        var configurations = WriteAdapters();
        var first = configurations[0];
        var second = Path.Combine(folder, "other.lordba");
        RandomAdapters.SaveLordba(second, sequence.Model, first.Rank, first.Targets, seed: 1);
        var (alone, adapters) = MeasureTurns(configurations);
        return new BenchResult(
            sequence.Model.Config.Name, options.Threads, options.Prefill, options.Decode, options.Turns, alone, adapters,
            DecodeTogether.Measure(sequence.Model, options, ids),
            AdapterExchange.Switch(sequence, first.Path, second, ids), AdapterExchange.Attach(sequence, first.Path, Prompt), startUp, memory);
    }

    private List<Configuration> WriteAdapters()
    {
        var all = new List<Configuration>();
        foreach (var targets in AdapterTargets.Both)
            foreach (var rank in options.Ranks)
            {
                var lordba = Path.Combine(folder, $"r{rank}-{targets.Name}.lordba");
                RandomAdapters.SaveLordba(lordba, sequence.Model, rank, targets, seed: 0);
                all.Add(new("lordba", rank, targets, lordba));

                var lora = Path.Combine(folder, $"r{rank}-{targets.Name}-lora.gguf");
                RandomAdapters.SaveLora(lora, sequence.Model, rank, targets, seed: 0);
                all.Add(new("lora", rank, targets, lora));
            }
        return all;
    }

    private (SpeedFigures Base, List<AdapterFigures> Adapters) MeasureTurns(List<Configuration> configurations)
    {
        var adapters = new List<Adapter>();
        try
        {
            foreach (var configuration in configurations) adapters.Add(Adapter.Load(configuration.Path, sequence.Model));
            var (alone, beside) = TakeTurns(adapters);
            return (Speed(alone), [.. configurations.Select((configuration, i) => new AdapterFigures(
                configuration.Kind, configuration.Rank, configuration.Targets.Name, adapters[i].ByteLength, beside[i][0].Kernels, Speed(beside[i]),
                Median.Overhead(beside[i].Select(turn => turn.PrefillSeconds), alone.Select(turn => turn.PrefillSeconds)),
                Median.Overhead(beside[i].Select(turn => turn.DecodeSeconds), alone.Select(turn => turn.DecodeSeconds))))]);
        }
        finally
        {
            sequence.Use(null);
            foreach (var adapter in adapters) adapter.Dispose();
        }
    }

    /// <summary>Checks every adapter; then rounds of one turn each, every second round the other way round.</summary>
    private (List<Turn> Base, List<Turn>[] Adapters) TakeTurns(List<Adapter> adapters)
    {
        using var progress = new Progress(context, "bench");
        var (done, total) = (0, (options.Turns + 1) * (adapters.Count + 1));
        var turns = new List<Turn>[adapters.Count + 1];
        for (var i = 0; i < turns.Length; i++)
        {
            turns[i] = [];
            Act(i);
            Check(i == 0 ? "the base" : $"the adapter {adapters[i - 1].Name}");
        }
        for (var round = 0; round < options.Turns; round++)
            for (var step = 0; step < turns.Length; step++)
            {
                var i = round % 2 == 0 ? step : turns.Length - 1 - step;
                Act(i);
                turns[i].Add(Turn.Run(sequence, ids, options.Prefill, context.Interrupted));
            }
        return (turns[0], turns[1..]);

        void Act(int i)
        {
            context.Interrupted.ThrowIfCancellationRequested();
            sequence.Use(i == 0 ? null : adapters[i - 1]);
            progress.Report(done++, total, i == 0 ? "base alone" : adapters[i - 1].Name);
        }
    }

    /// <summary>Tokens one by one have to give what they give together.</summary>
    private void Check(string what)
    {
        var some = ids.AsSpan(0, Math.Min(CheckTokens, ids.Length));
        var together = new int[some.Length];
        sequence.Reset();
        sequence.PrefillAll(some, (i, logits) => together[i] = Turn.BestOf(logits));
        sequence.Reset();
        for (var i = 0; i < some.Length; i++)
            if (Turn.BestOf(sequence.Decode(some[i])) != together[i])
                throw new BenchException(BenchError.WrongResult, $"With {what}, the best token after {i + 1} tokens is another when they are taken one by one than when they are taken together: this machine computes wrongly, or the program has a defect.");
    }

    private SpeedFigures Speed(List<Turn> turns) => SpeedFigures.Of(turns, options.Prefill, options.Decode);
}
