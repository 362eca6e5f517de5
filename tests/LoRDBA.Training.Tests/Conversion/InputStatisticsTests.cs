using LoRDBA.Runtime.Adapters;
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
        using var probe = new InputProbe(lora);
        using var session = model.CreateSession(new() { Threads = 1 });
        session.Use(probe);
        double[] Squares(int linear) => [.. probe.SquaresOf(model.Linears[linear])!];
        session.Prefill([1, 2, 3, 4, 5]);
        double[] once = Squares(0), down = Squares(6);
        session.Reset();
        session.Prefill([1, 2, 3, 4, 5]);

        Assert.All(once, square => Assert.True(square > 0));
        foreach (var (first, both) in once.Zip(Squares(0))) Assert.Equal(2, both / first, 1e-12);
        Assert.Equal(Squares(0), Squares(2));
        Assert.Equal((TinyModel.NEmbd, TinyModel.NFf), (once.Length, down.Length));
        Assert.Null(probe.SquaresOf(model.Linears[1]));
    }

    [Fact]
    public void A_probe_changes_nothing_that_the_model_says()
    {
        using var lora = Adapter.Load(RandomPeft.Write(folder, model, 3), model);
        using var probe = new InputProbe(lora);
        using var session = model.CreateSession(new() { Threads = 1 });
        float[] Logits(Adapter adapter)
        {
            session.Reset();
            session.Use(adapter);
            return session.Prefill([1, 2, 3]).ToArray();
        }

        Assert.Equal(Logits(lora), Logits(probe));
    }

    [Fact]
    public void Without_a_text_nothing_is_measured()
    {
        using var lora = Adapter.Load(RandomPeft.Write(folder, model, 3), model);
        Assert.Throws<ConversionException>(() => InputStatistics.Measure(lora, [], cancellation: TestContext.Current.CancellationToken));
    }
}
