using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Generation;
using LoRDBA.Runtime.Inference;
using LoRDBA.Runtime.Models;
using LoRDBA.Tests;
using LoRDBA.Training.Tuning;

namespace LoRDBA.Training.Tests.Tuning;

public sealed class AdapterTunerTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly Model model = new TinyModel().Load();

    public static TheoryData<TuningMethod> Methods => [.. Enum.GetValues<TuningMethod>()];

    public void Dispose()
    {
        model.Dispose();
        folder.Dispose();
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void It_learns_and_the_engine_measures_what_it_says(TuningMethod method)
    {
        using var tuner = Tuner(Options(method) with { Epochs = 30 });
        var result = tuner.Run();
        using var adapter = result.Adapter;
        Assert.InRange(result.NllAfter, 0, 0.7 * result.NllBefore);
        Assert.Equal(result.EpochNlls.Min(), result.NllAfter);

        using var engine = new Engine(model, new EngineOptions { Threads = 1 });
        using var sequence = engine.CreateSequence();
        Assert.Equal(result.NllBefore, Measure(), 1e-3);
        sequence.Use(adapter);
        Assert.Equal(result.NllAfter, Measure(), 0.01 * result.NllAfter);

        double Measure()
        {
            var scorer = new CompletionScorer(sequence);
            var scores = Samples(20, seed: 2).Select(sample => (scorer.Score(sample.Prompt, sample.Completion).NllSum, sample.Completion.Length)).ToArray();
            return scores.Sum(score => score.NllSum) / scores.Sum(score => score.Length);
        }
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void Threads_change_no_bit_and_the_seed_does(TuningMethod method)
    {
        var one = Digest(Options(method) with { Epochs = 1 });
        Assert.Equal(one, Digest(Options(method) with { Epochs = 1, Threads = 3 }));
        Assert.NotEqual(one, Digest(Options(method) with { Epochs = 1, Seed = 5 }));

        string Digest(TuningOptions options)
        {
            using var tuner = Tuner(options);
            using var adapter = tuner.Run().Adapter;
            return adapter.Digest.ToString();
        }
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public void A_resumed_run_ends_in_the_same_bits(TuningMethod method)
    {
        var options = Options(method) with { Epochs = 3, CheckpointPath = Path.Combine(folder.Path, "checkpoint") };
        using var whole = Tuner(options with { CheckpointPath = null });
        using var expected = whole.Run().Adapter;

        // Interrupted after one step, in the middle of the second epoch, and right at its end.
        var steps = 0;
        foreach (var after in new[] { 1, 7, 2 })
        {
            using var part = Tuner(options);
            if (steps > 0) part.Resume();
            using var interrupt = new CancellationTokenSource();
            Assert.Throws<OperationCanceledException>(() => part.Run(now =>
            {
                steps = now.Step;
                if (now.Tokens > 0 && --Left == 0) interrupt.Cancel();
            }, Count(after, interrupt.Token)));
        }
        Assert.Equal(10, steps);
        using var last = Tuner(options);
        last.Resume();
        using var adapter = last.Run().Adapter;
        Assert.Equal(expected.Digest, adapter.Digest);
    }

    [Fact]
    public void A_damaged_checkpoint_and_another_run_s_are_refused()
    {
        var path = Path.Combine(folder.Path, "checkpoint");
        var options = Options(TuningMethod.LatentFree) with { CheckpointPath = path };
        using (var tuner = Tuner(options)) Assert.Throws<OperationCanceledException>(() => tuner.Run(cancellation: new CancellationToken(canceled: true)));

        using var other = Tuner(options with { Seed = 9 });
        Assert.Contains("another model, other data or other options", Refusal(other).Message, StringComparison.Ordinal);
        var bytes = File.ReadAllBytes(path);
        using var same = Tuner(options);
        for (var cut = 0; cut < bytes.Length; cut += 997)
        {
            File.WriteAllBytes(path, bytes[..cut]);
            Assert.Equal(TuningError.BadCheckpoint, Refusal(same).Error);
        }
        bytes[^1] ^= 1;
        File.WriteAllBytes(path, bytes);
        Assert.Equal(TuningError.BadCheckpoint, Refusal(same).Error);

        static TuningException Refusal(AdapterTuner tuner) => Assert.Throws<TuningException>(tuner.Resume);
    }

    [Fact]
    public void It_goes_on_from_an_adapter_and_starts_where_that_ended()
    {
        using var first = Tuner(Options(TuningMethod.Latents));
        var made = first.Run();
        using var start = made.Adapter;
        using var second = Tuner(Options(TuningMethod.Latents) with { Epochs = 1 }, start);
        var result = second.Run();
        using var adapter = result.Adapter;
        Assert.InRange(result.NllAfter, 0, 1.1 * made.NllAfter);
    }

    [Fact]
    public void A_start_that_does_not_do_is_refused()
    {
        using var first = Tuner(Options(TuningMethod.Latents) with { Epochs = 1 });
        using var signs = first.Run().Adapter;
        var error = Assert.Throws<TuningException>(() => Tuner(Options(TuningMethod.Lora), signs));
        Assert.Equal(TuningError.WrongStart, error.Error);
    }

    [Fact]
    public void Samples_and_options_that_do_not_do_are_refused()
    {
        var good = Samples(3, seed: 1);
        Refused(TuningError.NoData, [], good);
        Refused(TuningError.NoData, good, []);
        Refused(TuningError.BadSample, [new([], [1])], good);
        Refused(TuningError.BadSample, [new([1], [])], good);
        Refused(TuningError.BadSample, [new([1], [TinyModel.NVocab])], good);
        Refused(TuningError.TooLong, [new(new int[60], new int[6])], good);
        foreach (var options in new TuningOptions[] { new() { Rank = 0 }, new() { Epochs = 0 }, new() { BatchSize = 0 }, new() { ScaleBits = 5 }, new() { Threads = 0 } })
            Assert.Equal(TuningError.OptionOutOfRange, Assert.Throws<TuningException>(() => new AdapterTuner(model, options, good, good, "t")).Error);

        void Refused(TuningError error, IReadOnlyList<TuningSample> train, IReadOnlyList<TuningSample> heldOut) =>
            Assert.Equal(error, Assert.Throws<TuningException>(() => new AdapterTuner(model, Options(TuningMethod.Lora), train, heldOut, "t")).Error);
    }

    // Steps that are left before an interrupt.
    private int Left { get; set; }

    private CancellationToken Count(int steps, CancellationToken token)
    {
        Left = steps;
        return token;
    }

    private static TuningOptions Options(TuningMethod method) => new() { Method = method, Rank = 4, Epochs = 8, BatchSize = 8, MicroBatchTokens = 40, Threads = 1 };

    private AdapterTuner Tuner(TuningOptions options, Adapter? start = null) => new(model, options, Samples(40, seed: 1), Samples(20, seed: 2), "t", start);

    /// <summary>A rule that can be learned: the answer is one of two fixed rows, which one, the first token tells.</summary>
    private static List<TuningSample> Samples(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            var which = random.Next(2);
            return new TuningSample([which, random.Next(2, TinyModel.NVocab), random.Next(2, TinyModel.NVocab)], which == 0 ? [5, 6, 7] : [9, 8, 9, 10]);
        })];
    }
}
