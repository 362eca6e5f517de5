using LoRDBA.Runtime.Adapters;
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

    [Theory, InlineData(null, 4), InlineData(4, 4), InlineData(1, 1)]
    public void Each_tensor_has_the_rank_that_was_asked_for(int? asked, int rank)
    {
        using var lora = Lora(_ => 1);
        using var file = Read(Convert(lora, new() { Rank = asked }));
        Assert.Equal(model.Linears.Select(linear => linear.Name), file.Tensors.Select(tensor => tensor.Name));
        Assert.All(file.Tensors, tensor => Assert.Equal((rank, 4, 0), (tensor.Rank, tensor.OutBits, tensor.InBits)));
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

    [Theory, InlineData(0), InlineData(-1), InlineData(Rank + 1), InlineData(64)]
    public void A_rank_that_the_LoRA_does_not_have_is_refused(int rank) => AssertRefused(new() { Rank = rank });

    [Theory, InlineData(0), InlineData(5), InlineData(32)]
    public void Bits_outside_the_list_are_refused(int bits) => AssertRefused(new() { ScaleBits = bits });

    [Fact]
    public void The_same_input_gives_the_same_bytes()
    {
        using var lora = Lora(_ => 1);
        Assert.Equal(Convert(lora, new() { InScale = true }).ToArray(), Convert(lora, new() { InScale = true }).ToArray());
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

    /// <summary>A random LoRA on all linears; <paramref name="factor"/> multiplies B.</summary>
    private Adapter Lora(Func<Linear, float> factor) => Adapter.Load(RandomPeft.Write(folder, model, Rank, factor), model);
}
