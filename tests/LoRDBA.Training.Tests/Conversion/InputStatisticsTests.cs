using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Inference;
using LoRDBA.Runtime.Models;
using LoRDBA.Tests;
using LoRDBA.Training.Conversion;

namespace LoRDBA.Training.Tests.Conversion;

public sealed class InputStatisticsTests : IDisposable
{
    private readonly Model model = new TinyModel().Load();
    private readonly TemporaryFolder folder = new();

    public void Dispose()
    {
        model.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void Linears_that_read_one_input_have_the_same_squares_and_a_text_twice_doubles_them()
    {
        using var lora = Adapter.Load(RandomPeft.Write(folder, model, linear => linear.Kind is LinearKind.Query or LinearKind.Value or LinearKind.Down ? 3 : 0), model);
        double[] Squares(InputStatistics statistics, int linear) => statistics.SquaresOf(model.Linears[linear])!;
        var single = Measure(lora, [1, 2, 3, 4, 5]);
        var twice = Measure(lora, [1, 2, 3, 4, 5], [1, 2, 3, 4, 5]);
        double[] once = Squares(single, 0), down = Squares(single, 6);

        Assert.All(once, square => Assert.True(square > 0));
        foreach (var (first, both) in once.Zip(Squares(twice, 0))) Assert.Equal(2, both / first, 1e-12);
        Assert.Equal(Squares(twice, 0), Squares(twice, 2));
        Assert.Equal((TinyModel.NEmbd, TinyModel.NFf), (once.Length, down.Length));
        Assert.Null(single.SquaresOf(model.Linears[1]));
    }

    [Theory, InlineData(1), InlineData(3)]
    public void An_observer_changes_nothing_that_the_model_says_and_sees_every_input_of_every_token(int threads)
    {
        using var lora = Adapter.Load(RandomPeft.Write(folder, model, 3), model);
        var seen = new Dictionary<int, int>();
        float[] Logits(InputObserver? observer)
        {
            using var sequence = model.CreateSequence(null, new() { Threads = threads, BatchLength = 2, Observer = observer });
            sequence.Use(lora);
            return sequence.Prefill([1, 2, 3]).ToArray();
        }

        Assert.Equal(Logits(null), Logits((group, inputs) => seen[group.Index] = seen.GetValueOrDefault(group.Index) + inputs.Length / group.NIn));
        // The head, which is the embedding here and no input that can be adapted, sees only the token whose logits were asked for.
        Assert.Equal([KeyValuePair.Create(-1, 1), .. model.Inputs.Select(group => KeyValuePair.Create(group.Index, 3))], seen.OrderBy(entry => entry.Key));
    }

    [Fact]
    public void Without_a_text_nothing_is_measured()
    {
        using var lora = Adapter.Load(RandomPeft.Write(folder, model, 3), model);
        Assert.Throws<ConversionException>(() => InputStatistics.Measure(lora, [], cancellation: TestContext.Current.CancellationToken));
    }

    private static InputStatistics Measure(Adapter adapter, params int[][] texts) => InputStatistics.Measure(adapter, texts, cancellation: TestContext.Current.CancellationToken);
}
