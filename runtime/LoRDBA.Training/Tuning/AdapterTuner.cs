using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Adapters.Lordba;
using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Memory;
using LoRDBA.Runtime.Models;
using LoRDBA.Training.Conversion;
using LoRDBA.Training.Optimizers;
using LoRDBA.Training.Tuning.Branches;

namespace LoRDBA.Training.Tuning;

/// <summary>
/// Tunes an adapter on samples, through the frozen quantized base, in the memory of a board. The number of threads changes no bit of the
/// result, and neither does being interrupted and resumed.
/// </summary>
public sealed class AdapterTuner : IDisposable
{
    /// <summary>So many epochs in a row without a lower held-out NLL end a run.</summary>
    private const int Patience = 2;

    private readonly Model model;
    private readonly TuningOptions options;
    private readonly IReadOnlyList<TuningSample> train, heldOut;
    private readonly string name;
    private readonly BranchSet set;
    private readonly TuningPass pass;
    private readonly TuningBatch batch;
    private readonly TuningState state;
    private readonly int stepsPerEpoch, steps;
    private readonly int[] order;
    private readonly Sha256Digest data, run;

    // What a checkpoint holds beside the state.
    private int step;
    private double nllBefore = double.NaN;
    private double[] epochNlls = [];
    private byte[] best = [];

    /// <summary>Makes everything ready; a LoRA to start from is converted first, unless a LoRA is tuned.</summary>
    /// <param name="model">The base; it has to live as long as the tuner.</param>
    /// <param name="options">How.</param>
    /// <param name="train">What is learned, at least one sample.</param>
    /// <param name="heldOut">What tells when to stop, at least one sample, none of which is learned.</param>
    /// <param name="name">What the adapter calls itself.</param>
    /// <param name="start">An adapter to begin with, loaded for this model; null to begin with nothing.</param>
    /// <exception cref="TuningException">An option, a sample, the model or the start does not do.</exception>
    /// <exception cref="ConversionException">The LoRA to start from cannot be converted.</exception>
    /// <exception cref="MemoryException">The system does not have the memory for it.</exception>
    public AdapterTuner(
        Model model, TuningOptions options, IReadOnlyList<TuningSample> train, IReadOnlyList<TuningSample> heldOut, string name, Adapter? start = null)
    {
        options.Check();
        TunableModel.Check(model);
        SampleCheck.Check(model, train, "learn from");
        SampleCheck.Check(model, heldOut, "measure with");
        (this.model, this.options, this.train, this.heldOut, this.name) = (model, options, train, heldOut, name);
        stepsPerEpoch = (train.Count + options.BatchSize - 1) / options.BatchSize;
        steps = options.EpochsFrom(start is not null) * stepsPerEpoch;
        order = new int[train.Count];
        set = Begin(start);
        var longest = Math.Max(train.Max(sample => sample.Length), heldOut.Max(sample => sample.Length));
        batch = new TuningBatch(Math.Max(longest, options.MicroBatchTokens));
        state = new TuningState(set, options, start is not null, steps);
        (data, run) = RunIdentity.Of(model, options, train, heldOut, start);
        pass = new TuningPass(model, set.ByLinear, batch.Capacity, headRows: 32, options.Threads);
    }

    /// <summary>Goes on from <see cref="TuningOptions.CheckpointPath"/>.</summary>
    /// <exception cref="TuningException">The checkpoint is damaged, or another run's.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public void Resume() => TuningCheckpoint.Load(options.CheckpointPath!, run, Transfer);

    /// <summary>Tunes to the end.</summary>
    /// <param name="progress">Told after each step, on this thread.</param>
    /// <param name="cancellation">Asked after each step; a checkpoint is written then, if there is a place for it.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="TuningException">The loss is not finite any more.</exception>
    /// <exception cref="IOException">A checkpoint cannot be written.</exception>
    public TuningResult Run(Action<TuningProgress>? progress = null, CancellationToken cancellation = default)
    {
        if (double.IsNaN(nllBefore)) nllBefore = Measure(heldOut, withBranches: false);
        var (tokens, saved) = (0L, TimeProvider.System.GetTimestamp());
        while (step < steps && !HasStopped)
        {
            var loss = Step(ref tokens);
            if (!double.IsFinite(loss)) throw new TuningException(TuningError.Diverged, $"The loss is {loss} after {step} steps: the data or the start is no good.");
            if (step % stepsPerEpoch == 0) EndEpoch();
            progress?.Invoke(new TuningProgress(step, steps, loss, epochNlls.Length == 0 ? double.NaN : epochNlls[^1], tokens));
            var isDue = cancellation.IsCancellationRequested || TimeProvider.System.GetElapsedTime(saved).TotalSeconds >= options.CheckpointSeconds;
            if (options.CheckpointPath is { } path && isDue)
            {
                TuningCheckpoint.Save(path, run, Transfer);
                saved = TimeProvider.System.GetTimestamp();
            }
            cancellation.ThrowIfCancellationRequested();
        }
        return Result();
    }

    /// <inheritdoc/>
    public void Dispose() => pass.Dispose();

    private bool HasStopped => epochNlls.Length > Patience && Array.IndexOf(epochNlls, epochNlls.Min()) < epochNlls.Length - Patience;

    private BranchSet Begin(Adapter? start)
    {
        if (start is null) return BranchSet.FromScratch(model, options.Method, options.Rank ?? 16, options.Seed);
        if (options.Method == TuningMethod.Lora || start.Kind != AdapterKind.Lora) return BranchSet.From(start, options.Method, options.Seed);
        using var converted = LordbaConverter.Convert(start, new ConversionOptions { Rank = options.Rank, ScaleBits = options.ScaleBits, Seed = options.Seed }).Load();
        return BranchSet.From(converted, options.Method, options.Seed);
    }

    /// <summary>One step over the next samples of the epoch's order, in micro-batches; returns their mean NLL.</summary>
    private double Step(ref long tokens)
    {
        var (epoch, place) = Math.DivRem(step, stepsPerEpoch);
        Shuffle(epoch);
        var samples = order.AsSpan(place * options.BatchSize, Math.Min(options.BatchSize, order.Length - place * options.BatchSize));
        var counted = 0;
        foreach (var index in samples) counted += train[index].Completion.Length;

        state.Begin();
        var sum = 0.0;
        batch.Clear();
        foreach (var index in samples)
        {
            if (!batch.HasRoomFor(train[index]))
            {
                sum += pass.AddGradients(batch, counted);
                batch.Clear();
            }
            batch.Add(train[index]);
            tokens += train[index].Length;
        }
        sum += pass.AddGradients(batch, counted);
        state.Move(++step);
        return sum / counted;
    }

    /// <summary>The order of an epoch depends on the seed and its number alone, so that a resumed run has it again.</summary>
    private void Shuffle(int epoch)
    {
        for (var i = 0; i < order.Length; i++) order[i] = i;
        new Random(unchecked((int)(options.Seed * 1_000_003 + (ulong)epoch))).Shuffle(order);
    }

    private void EndEpoch()
    {
        var exact = BranchExport.RoundScales(set, options.ScaleBits);
        var nll = Measure(heldOut, withBranches: true);
        BranchExport.RestoreScales(set, exact);
        epochNlls = [.. epochNlls, nll];
        if (nll > epochNlls.Min()) return;
        best = options.Method == TuningMethod.Lora ? LoraBytes.Of(set) : LordbaWriter.ToArray(Header(nll), BranchExport.ToSigns(set, options.ScaleBits));
    }

    private double Measure(IReadOnlyList<TuningSample> samples, bool withBranches)
    {
        pass.UsesBranches = withBranches;
        var (sum, counted) = (0.0, 0);
        batch.Clear();
        foreach (var sample in samples)
        {
            if (!batch.HasRoomFor(sample))
            {
                sum += pass.Measure(batch);
                batch.Clear();
            }
            batch.Add(sample);
            counted += sample.Completion.Length;
        }
        sum += pass.Measure(batch);
        pass.UsesBranches = true;
        return sum / counted;
    }

    private LordbaHeader Header(double nll) => new()
    {
        Name = name,
        Base = LordbaBase.Of(model),
        ScaleBits = options.ScaleBits,
        Training = new LordbaTraining(MethodName, data, (uint)step, (float)nllBefore, (float)nll),
    };

    private string MethodName => options.Method == TuningMethod.LatentFree ? "latent-free signs" : "straight-through signs";

    private TuningResult Result()
    {
        Adapter adapter;
        if (options.Method == TuningMethod.Lora) adapter = Adapter.FromFactors(name, model, LoraBytes.Read(set, best));
        else adapter = Adapter.Load(LordbaFile.From(GgufFile.FromBytes(best, name)), model);
        return new TuningResult(
            adapter, options.Method == TuningMethod.Lora ? null : best, step, nllBefore, epochNlls.Min(), epochNlls, state.ByteLength, pass.ByteLength);
    }

    private void Transfer(StateTransfer transfer)
    {
        step = transfer.Number(step);
        nllBefore = transfer.Number(nllBefore);
        epochNlls = Sized(transfer, epochNlls);
        best = Sized(transfer, best);
        state.Transfer(transfer);
    }

    private static T[] Sized<T>(StateTransfer transfer, T[] values) where T : unmanaged
    {
        var length = transfer.Number(values.Length);
        if (length != values.Length) values = new T[length];
        transfer.Array(values);
        return values;
    }
}
