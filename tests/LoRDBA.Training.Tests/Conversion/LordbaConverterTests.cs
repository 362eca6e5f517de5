using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Adapters.Lordba;
using LoRDBA.Runtime.Blocks;
using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Models;
using LoRDBA.Tests;
using LoRDBA.Training.Conversion;

namespace LoRDBA.Training.Tests.Conversion;

/// <summary>The conversion from a PEFT folder to the bytes of a file.</summary>
public sealed class LordbaConverterTests : IDisposable
{
    private const int Rank = 4;

    private readonly Model model = new TinyModel { Type = GgmlType.F32 }.Load();
    private readonly TemporaryFolder folder = new();

    public void Dispose()
    {
        model.Dispose();
        folder.Dispose();
    }

    [Theory, InlineData(null, 4), InlineData(4, 4), InlineData(1, 1), InlineData(7, 7), InlineData(64, 64)]
    public void Each_tensor_has_the_rank_that_was_asked_for(int? asked, int rank)
    {
        using var lora = Lora(_ => 1);
        using var file = Read(Convert(lora, new() { Rank = asked }));
        Assert.Equal(model.Linears.Select(linear => linear.Name), file.Tensors.Select(tensor => tensor.Name));
        Assert.All(file.Tensors, tensor => Assert.Equal((rank, 4, 0), (tensor.Rank, tensor.OutBits, tensor.InBits)));
    }

    /// <summary>As many ranks as the authors' defaults have, 64 -> 32: with so many signs for so small an update hardly anything is lost.</summary>
    [Fact]
    public void Five_hundred_ranks_are_fitted_and_written()
    {
        var linear = model.Linears.First(linear => linear.Kind == LinearKind.Key);
        var random = new Random(1);
        float[] Values(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
        using var lora = Adapter.FromFactors("few", model, [new(linear, 1, Values(2 * linear.NIn), Values(2 * linear.NOut))]);
        var converted = LordbaConverter.Convert(lora, new() { Rank = 512, ScaleBits = 16, Rounds = 2 });
        using var file = LordbaFile.From(GgufFile.FromBytes(converted.ToArray(), "many"));

        Assert.Equal(512, Assert.Single(file.Tensors).Rank);
        Assert.InRange(converted.Tensors[0].Cosine, 0.99, 1);
    }

    [Fact]
    public void A_rank_that_no_file_has_names_the_weight_and_the_option()
    {
        var linear = model.Linears[3];
        using var lora = Adapter.FromFactors("many", model, [new(linear, 1, [.. Enumerable.Repeat(1f, 4097 * linear.NIn)], [.. Enumerable.Repeat(1f, 4097 * linear.NOut)])]);
        var refused = Assert.Throws<ConversionException>(() => Convert(lora, new()));
        Assert.Equal(ConversionError.BadRank, refused.Error);
        Assert.Contains($"{linear.Name} has the rank 4097", refused.Message, StringComparison.Ordinal);
        Assert.Contains("--rank", refused.Message, StringComparison.Ordinal);
    }

    [Theory, InlineData(3, true), InlineData(4, true), InlineData(8, false), InlineData(16, true)]
    public void Each_tensor_has_the_codes_that_were_asked_for(int bits, bool inScale)
    {
        using var lora = Lora(_ => 1);
        using var file = Read(Convert(lora, new() { ScaleBits = bits, InScale = inScale }));
        Assert.Equal(bits, file.Header.ScaleBits);
        Assert.All(file.Tensors, tensor => Assert.Equal((bits, inScale ? bits : 0), (tensor.OutBits, tensor.InBits)));
    }

    [Fact]
    public void The_file_names_the_base_and_the_adapter()
    {
        using var lora = Lora(_ => 1);
        using var file = Read(Convert(lora, new()));
        Assert.Equal((lora.Name, LordbaBase.Of(model)), (file.Header.Name, file.Header.Base));
        using var adapter = Adapter.Load(file, model);
        Assert.Equal(AdapterKind.Lordba, adapter.Kind);
    }

    [Fact]
    public void An_update_that_is_zero_yields_no_tensor()
    {
        using var lora = Lora(linear => linear.Kind == LinearKind.Value ? 0 : 1);
        using var file = Read(Convert(lora, new()));
        Assert.Equal(model.Linears.Where(linear => linear.Kind != LinearKind.Value).Select(linear => linear.Name), file.Tensors.Select(tensor => tensor.Name));
    }

    [Fact]
    public void An_adapter_of_nothing_but_zeros_is_refused()
    {
        using var lora = Lora(_ => 0);
        Assert.Contains("changes nothing", Assert.Throws<ConversionException>(() => Convert(lora, new())).Message, StringComparison.Ordinal);
    }

    [Theory, InlineData(0), InlineData(-1), InlineData(4097)]
    public void A_rank_that_a_file_cannot_have_is_refused(int rank) => AssertRefused(new() { Rank = rank });

    [Theory, InlineData(0), InlineData(5), InlineData(32)]
    public void Bits_outside_the_list_are_refused(int bits) => AssertRefused(new() { ScaleBits = bits });

    [Fact]
    public async Task The_same_seed_gives_the_same_bytes_whatever_the_number_of_threads()
    {
        using var lora = Lora(_ => 1);
        var options = new ConversionOptions { InScale = true, Seed = 5 };
        var bytes = Convert(lora, options).ToArray();

        // A scheduler that runs everything where it is asked for: one linear after the other.
        var alone = await Task.Factory.StartNew(() => Convert(lora, options).ToArray(), TestContext.Current.CancellationToken, TaskCreationOptions.None, new Inline());
        Assert.Equal(bytes, alone);
        Assert.NotEqual(bytes, Convert(lora, options with { Seed = 6 }).ToArray());
    }

    [Fact]
    public void Other_ranks_per_tensor_and_linears_without_an_adapter_are_converted_as_they_are()
    {
        int RankOf(Linear linear) => linear.Kind switch { LinearKind.Query => 2, LinearKind.Value => 5, _ => 0 };
        using var lora = Adapter.Load(RandomPeft.Write(folder, model, RankOf), model);
        var converted = Convert(lora, new());
        using var file = Read(converted);
        Assert.Equal(model.Linears.Where(linear => RankOf(linear) > 0).Select(linear => (linear.Name, RankOf(linear))), file.Tensors.Select(tensor => (tensor.Name, tensor.Rank)));
        Assert.All(converted.Tensors, tensor => Assert.InRange(tensor.Cosine, 0.6, 1));
        using var adapter = converted.Load();
        Assert.Equal(5, adapter.MaxRank);
    }

    [Fact]
    public void Rank_64_is_converted_and_comes_closer_than_rank_8()
    {
        using var lora = Adapter.Load(RandomPeft.Write(folder, model, 64), model);
        var full = Convert(lora, new() { InScale = true });
        Assert.All(full.Tensors, tensor => Assert.Equal((64, 64), (tensor.Rank, tensor.LoraRank)));
        Assert.True(full.Tensors.Average(tensor => tensor.Cosine) > Convert(lora, new() { Rank = 8, InScale = true }).Tensors.Average(tensor => tensor.Cosine) + 0.1);
    }

    [Theory, InlineData(20.0, null), InlineData(null, 4000L), InlineData(30.0, 5000L)]
    public void A_size_is_kept_and_used_up(double? bitsPerChannel, long? maxBytes)
    {
        // Updates of very different size: the large ones get the ranks.
        using var lora = Lora(linear => linear.Kind == LinearKind.Value ? 0.01f : 1);
        var options = new ConversionOptions { BitsPerChannel = bitsPerChannel, MaxBytes = maxBytes };
        var converted = Convert(lora, options);
        using var file = Read(converted);
        var channels = model.Linears.Sum(linear => linear.NIn + linear.NOut);
        var share = Math.Max(8.0 * file.Tensors.Sum(tensor => tensor.ByteLength) / channels / (bitsPerChannel ?? double.MaxValue), (double)file.Length / (maxBytes ?? long.MaxValue));

        Assert.InRange(share, 0.95, 1);
        int[] RanksOf(LinearKind kind) => [.. converted.Tensors.Where(tensor => tensor.Linear.Kind == kind).Select(tensor => tensor.Rank)];
        Assert.True(RanksOf(LinearKind.Value).Max() < RanksOf(LinearKind.Query).Min());
    }

    [Fact]
    public void A_size_that_nothing_fits_into_is_refused() => AssertRefused(new() { MaxBytes = 1000 });

    [Fact]
    public void Steps_are_counted_to_their_end()
    {
        using var lora = Lora(_ => 1);
        foreach (var options in new ConversionOptions[] { new(), new() { BitsPerChannel = 20 } })
        {
            var steps = new Steps();
            LordbaConverter.Convert(lora, options, steps, TestContext.Current.CancellationToken);
            Assert.Equal(LordbaConverter.CountSteps(lora, options), steps.Last);
        }
    }

    [Fact]
    public void Inputs_that_are_large_are_served_better_when_the_conversion_knows()
    {
        using var lora = Lora(_ => 1);
        var inputs = InputStatistics.Measure(lora, [[1, 2, 3, 4, 5], [6, 7, 8]], cancellation: TestContext.Current.CancellationToken);
        Assert.NotEqual(Convert(lora, new()).ToArray(), Convert(lora, new() { Inputs = inputs }).ToArray());
        Assert.All(model.Linears, linear => Assert.Equal(1, inputs.WeightsOf(linear)!.Average(), 1e-9));
    }

    [Fact]
    public void A_fraction_of_the_factors_magnitude_changes_only_scales()
    {
        // Very small and very large updates: signs and cosine stay, nothing leaves the range of the codes.
        using var one = Lora(_ => 1);
        var expected = Convert(one, new() { ScaleBits = 16, InScale = true }).Tensors;
        foreach (var factor in new[] { 1e-6f, 1e3f })
        {
            using var scaled = Lora(_ => factor);
            var tensors = Convert(scaled, new() { ScaleBits = 16, InScale = true }).Tensors;
            foreach (var (left, right) in expected.Zip(tensors)) Assert.Equal(left.Cosine, right.Cosine, 2e-3);
        }
    }

    [Fact]
    public void It_can_be_cancelled()
    {
        using var lora = Lora(_ => 1);
        Assert.ThrowsAny<OperationCanceledException>(() => LordbaConverter.Convert(lora, new(), cancellation: new CancellationToken(canceled: true)));
    }

    private void AssertRefused(ConversionOptions options)
    {
        using var lora = Lora(_ => 1);
        Assert.Throws<ConversionException>(() => Convert(lora, options));
    }

    private static ConvertedAdapter Convert(Adapter lora, ConversionOptions options) =>
        LordbaConverter.Convert(lora, options, cancellation: TestContext.Current.CancellationToken);

    private static LordbaFile Read(ConvertedAdapter converted) => LordbaFile.From(GgufFile.FromBytes(converted.ToArray(), "converted"));

    private sealed class Steps : IProgress<int>
    {
        private int last;

        public int Last => last;

        public void Report(int value)
        {
            lock (this) last = Math.Max(last, value);
        }
    }

    private sealed class Inline : TaskScheduler
    {
        public override int MaximumConcurrencyLevel => 1;

        protected override void QueueTask(Task task) => TryExecuteTask(task);

        protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => TryExecuteTask(task);

        protected override IEnumerable<Task> GetScheduledTasks() => [];
    }

    /// <summary>A random LoRA on all linears; <paramref name="factor"/> multiplies B.</summary>
    private Adapter Lora(Func<Linear, float> factor) => Adapter.Load(RandomPeft.Write(folder, model, Rank, factor), model);
}
