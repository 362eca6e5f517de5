using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Adapters.Lordba;
using LoRDBA.Runtime.Generation;
using LoRDBA.Runtime.Models;
using MathNet.Numerics;

namespace LoRDBA.Training.Conversion;

/// <summary>
/// Turns a LoRA into a double-binary adapter without training: per linear, balance the factors through an SVD, turn
/// them in rank space until they are sign-like, fit signs and scales in turns, give the rows their full length again, write the scales in a few bits.
/// </summary>
public static class LordbaConverter
{
    /// <summary>Ranks that are tried roughly before ranks are distributed.</summary>
    private static readonly int[] PilotRanks = [4, 12, 36];

    private const int PilotRounds = 4;

    /// <summary>Linears are what runs in parallel; a product of thin matrices gains nothing from more threads.</summary>
    static LordbaConverter() => Control.UseSingleThread();

    /// <summary>What <c>progress</c> of a conversion counts to.</summary>
    public static int CountSteps(Adapter lora, ConversionOptions options) =>
        lora.Model.Linears.Count(linear => lora.RankOf(linear) > 0) * (options.HasSize ? 1 + PilotRanks.Length : 1);

    /// <summary>Refuses at once what a conversion would refuse after much work: what is no LoRA, options that no file has, a size below the
    /// least possible.</summary>
    /// <param name="lora">A LoRA, loaded for its base.</param>
    /// <param name="options">What to make of it.</param>
    /// <exception cref="ConversionException">It cannot be converted so.</exception>
    public static void Check(Adapter lora, ConversionOptions options)
    {
        ConversionException.ThrowUnlessLora(lora, "converted");
        if (!ScaleCode.IsKnown(options.ScaleBits)) throw new ConversionException(ConversionError.BadScaleBits, $"Scales of {options.ScaleBits} bits are not known: choose 3, 4, 8 or 16.");
        if (options.Rank is < 1 or > LordbaFactors.MaxRank) throw new ConversionException(ConversionError.BadRank, $"Signs have ranks from 1 to {LordbaFactors.MaxRank}, not {options.Rank}.");
        if (!options.HasSize) return;

        // A linear whose update is zero needs no tensor; that of an untrained LoRA is, because its B is.
        Linear[] adapted = [.. lora.Model.Linears.Where(linear => lora.FactorsOf(linear) is { } factors && factors.B.AsSpan().ContainsAnyExcept(0f))];
        if (adapted.Length == 0) return; // That it changes nothing is another complaint.
        var (least, channels) = (adapted.Sum(linear => LengthOf(linear, 1, options)), ChannelsOf(adapted));
        if (options.BitsPerChannel is { } bits && BytesFor(bits, channels) < least)
            throw TooSmall($"{bits} bits per channel are too few", $"{Math.Ceiling(80.0 * least / channels) / 10} is the least possible");
        if (options.MaxBytes is { } bytes && ConvertedAdapter.BytesBesideTensors(lora, options, adapted) is var beside && bytes - beside < least)
            throw TooSmall($"{bytes} bytes are too few", $"{beside + least} is the least possible");
    }

    private static ConversionException TooSmall(string what, string least) =>
        new(ConversionError.SizeTooSmall, $"{what}: {least}, with rank 1 everywhere. Scales of fewer bits and no input scales take less.");

    private static long ChannelsOf(IEnumerable<Linear> linears) => linears.Sum(linear => (long)linear.NIn + linear.NOut);

    private static long BytesFor(double bitsPerChannel, long channels) => (long)(bitsPerChannel / 8 * channels);

    /// <summary>Converts every adapted linear, on all cores. The same input and seed give the same bytes, whatever the number of cores.</summary>
    /// <param name="lora">A PEFT LoRA, loaded for its base.</param>
    /// <param name="options">What to make of it.</param>
    /// <param name="progress">Told the number of steps done (<see cref="CountSteps"/>).</param>
    /// <param name="cancellation">Asked before each step.</param>
    /// <exception cref="ConversionException">It is no LoRA, it changes nothing, or the options do not fit it.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static ConvertedAdapter Convert(Adapter lora, ConversionOptions options, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        Check(lora, options);
        var parallel = new ParallelOptions { CancellationToken = cancellation };
        var adapted = lora.Model.Linears.Where(linear => lora.RankOf(linear) > 0).ToArray();
        var updates = new LowRankUpdate[adapted.Length];
        Parallel.For(0, adapted.Length, parallel, i => updates[i] = LowRankUpdate.Of(lora.FactorsOf(adapted[i])!));

        // An update that is zero needs no tensor.
        var tasks = adapted.Zip(updates).Where(pair => pair.Second.Rank > 0).Select(pair => new Task(pair.First, pair.Second, lora.RankOf(pair.First))).ToArray();
        if (tasks.Length == 0) throw new ConversionException(ConversionError.NoUpdate, $"{lora.Name} changes nothing: all of its updates are zero.");

        var done = 0;
        void Report() => progress?.Report(Interlocked.Increment(ref done));
        var ranks = options.HasSize ? Distribute(lora, tasks, options, parallel, Report) : [.. tasks.Select(task => RankFor(task, options))];
        var converted = new (LordbaFactors Factors, TensorReport Report)[tasks.Length];
        Parallel.For(0, tasks.Length, parallel, i =>
        {
            converted[i] = Convert(tasks[i], ranks[i], options);
            Report();
        });
        return new ConvertedAdapter(lora, options, [.. converted.Select(tensor => tensor.Factors)], [.. converted.Select(tensor => tensor.Report)]);
    }

    /// <summary>The approximation of one update, its rows at full length, its scales not rounded yet.</summary>
    internal static SignFit Fit(LowRankUpdate update, int rank, ConversionOptions options, double[]? inputWeights = null)
    {
        var fit = Fit(update, rank, options, inputWeights, options.Rounds);
        fit.RemoveShrinkage();
        fit.Normalize();
        return fit;
    }

    private static SignFit Fit(LowRankUpdate update, int rank, ConversionOptions options, double[]? inputWeights, int rounds)
    {
        var start = SignStart.Rotated(update, rank, new SplitMix(options.Seed));
        var fit = new SignFit(update, start, options.Objective, options.InScale, inputWeights);
        for (var round = 0; round < rounds; round++) fit.Improve();
        return fit;
    }

    private static (LordbaFactors, TensorReport) Convert(Task task, int rank, ConversionOptions options)
    {
        var fit = Fit(task.Update, rank, options, options.Inputs?.WeightsOf(task.Linear));
        var factors = FactorEncoding.Encode(task.Linear, fit, options.ScaleBits, options.InScale);
        return (factors, new TensorReport(task.Linear, rank, task.LoraRank, fit.Cosine, fit.RelativeError));
    }

    private static int RankFor(Task task, ConversionOptions options) => (options.Rank ?? task.LoraRank) is var rank && rank <= LordbaFactors.MaxRank
        ? rank
        : throw new ConversionException(ConversionError.BadRank, $"{task.Linear.Name} has the rank {rank}; a .lordba holds at most {LordbaFactors.MaxRank}. Give a rank of your own (--rank).");

    /// <summary>Ranks for a size: rough fits tell how the error of each tensor falls with its rank.</summary>
    private static int[] Distribute(Adapter lora, Task[] tasks, ConversionOptions options, ParallelOptions parallel, Action report)
    {
        var errors = new double[tasks.Length, PilotRanks.Length];
        Parallel.For(0, errors.Length, parallel, i =>
        {
            var (tensor, pilot) = (i / PilotRanks.Length, i % PilotRanks.Length);
            errors[tensor, pilot] = Fit(tasks[tensor].Update, PilotRanks[pilot], options, options.Inputs?.WeightsOf(tasks[tensor].Linear), PilotRounds).Error;
            report();
        });

        var curves = tasks.Select((_, tensor) => new ErrorCurve([.. PilotRanks.Select((rank, pilot) => (rank, errors[tensor, pilot]))])).ToArray();
        return RankAllocation.Distribute(curves, (tensor, rank) => LengthOf(tasks[tensor].Linear, rank, options), Budget(lora, tasks, options), LordbaFactors.MaxRank);
    }

    /// <summary>Bytes for all tensors.</summary>
    private static long Budget(Adapter lora, Task[] tasks, ConversionOptions options)
    {
        var budget = options.BitsPerChannel is { } bits ? BytesFor(bits, ChannelsOf(tasks.Select(task => task.Linear))) : long.MaxValue;
        return options.MaxBytes is { } bytes ? Math.Min(budget, bytes - ConvertedAdapter.BytesBesideTensors(lora, options, [.. tasks.Select(task => task.Linear)])) : budget;
    }

    private static long LengthOf(Linear linear, int rank, ConversionOptions options) =>
        LordbaFactors.ByteLength(linear.NIn, linear.NOut, rank, options.ScaleBits, options.InScale ? options.ScaleBits : 0);

    private sealed record Task(Linear Linear, LowRankUpdate Update, int LoraRank);
}
