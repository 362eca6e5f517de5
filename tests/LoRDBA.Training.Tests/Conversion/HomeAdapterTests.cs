using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Models;
using LoRDBA.Tests;
using LoRDBA.Training.Conversion;

namespace LoRDBA.Training.Tests.Conversion;

/// <summary>A real LoRA of rank 16 on SmolLM2-135M, against the figures that a PyTorch prototype reached on it.</summary>
public sealed class HomeAdapterTests
{
    /// <summary>Prototype: mean cosine 0.852 at 20 bits a channel, r = 16, 4-bit scales, with s_in.</summary>
    [Fact]
    public void Twenty_bits_a_channel_reach_the_cosine_of_the_prototype_within_the_size()
    {
        using var model = Model.Load(SharedFiles.Require("models/SmolLM2-135M-Instruct.Q4_1.gguf"));
        using var lora = Adapter.Load(SharedFiles.Require("adapters/home-en-r16"), model);
        var converted = LordbaConverter.Convert(lora, new() { InScale = true }, cancellation: TestContext.Current.CancellationToken);
        var file = converted.ToArray();

        TestContext.Current.TestOutputHelper?.WriteLine($"{file.Length} bytes, mean cosine {converted.Tensors.Average(t => t.Cosine):F4}");
        Assert.Equal(210, converted.Tensors.Count);
        Assert.InRange(file.Length, 0, 830_000);
        Assert.InRange(converted.Tensors.Average(t => t.Cosine), 0.847, 0.87);
        Assert.Equal(file, LordbaConverter.Convert(lora, new() { InScale = true }, cancellation: TestContext.Current.CancellationToken).ToArray());

        // What was written is what is read: the file binds to the base, with a branch for every linear.
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "home-en.lordba");
        converted.Save(path);
        using var adapter = Adapter.Load(path, model);
        Assert.Equal(AdapterKind.Lordba, adapter.Kind);
        Assert.Equal(16, adapter.MaxRank);
    }
}
