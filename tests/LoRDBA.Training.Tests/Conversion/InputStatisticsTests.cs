using LoRDBA.Runtime.Adapters;
using LoRDBA.Tests;
using LoRDBA.Training.Conversion;

namespace LoRDBA.Training.Tests.Conversion;

public sealed unsafe class InputStatisticsTests
{
    [Fact]
    public void A_branch_that_is_probed_adds_up_squares_and_computes_what_it_did()
    {
        using var model = new TinyModel().Load();
        using var folder = new TemporaryFolder();
        using var lora = Adapter.Load(RandomPeft.Write(folder, model, 3), model);
        using var probe = new InputProbe(lora);
        var linear = model.Linears[0];
        var x = new float[2 * linear.NIn];
        for (var i = 0; i < x.Length; i++) x[i] = i % 5 - 2;
        float[] plain = new float[6], probed = new float[6];
        fixed (float* input = x, expected = plain, actual = probed)
        {
            lora.Branch(linear)!.Down(input, 2, expected, 3, 0, 3);
            probe.Branch(linear)!.Down(input, 2, actual, 3, 0, 3);
        }

        Assert.Equal(plain, probed);
        Assert.Equal(Enumerable.Range(0, linear.NIn).Select(j => (double)(x[j] * x[j] + x[linear.NIn + j] * x[linear.NIn + j])), probe.SquaresOf(linear));
    }

    [Fact]
    public void Without_a_text_nothing_is_measured()
    {
        using var model = new TinyModel().Load();
        using var folder = new TemporaryFolder();
        using var lora = Adapter.Load(RandomPeft.Write(folder, model, 3), model);
        Assert.Throws<ConversionException>(() => InputStatistics.Measure(lora, [], cancellation: TestContext.Current.CancellationToken));
    }
}
