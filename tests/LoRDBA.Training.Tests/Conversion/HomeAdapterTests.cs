using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Models;
using LoRDBA.Tests;
using LoRDBA.Training.Conversion;

namespace LoRDBA.Training.Tests.Conversion;

/// <summary>A real LoRA of rank 16 on SmolLM2-135M.</summary>
public sealed class HomeAdapterTests
{
    /// <summary>
    /// 18 bits a channel. The cosine is below what least squares reach (0.92), which is what keeping the small singular directions costs; every row and so the
    /// whole has its full length.
    /// </summary>
    [Fact]
    public void The_default_conversion_of_a_real_adapter_fits_its_size_and_has_full_length()
    {
        using var model = Model.Load(SharedFiles.Require("models/SmolLM2-135M-Instruct.Q4_1.gguf"));
        using var lora = Adapter.Load(SharedFiles.Require("adapters/home-en-r16"), model);
        var converted = LordbaConverter.Convert(lora, new() { Rounds = 6 }, cancellation: TestContext.Current.CancellationToken);
        var file = converted.ToArray();

        TestContext.Current.TestOutputHelper?.WriteLine($"{file.Length} bytes, mean cosine {converted.Tensors.Average(t => t.Cosine):F4}");
        Assert.Equal(210, converted.Tensors.Count);
        Assert.InRange(file.Length, 0, 715_000);
        Assert.InRange(converted.Tensors.Average(t => t.Cosine), 0.85, 0.88);

        // What was written is what is read: the file binds to the base, with a branch for every linear.
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "home-en.lordba");
        converted.Save(path);
        using var adapter = Adapter.Load(path, model);
        Assert.Equal(AdapterKind.Lordba, adapter.Kind);
        Assert.Equal(16, adapter.MaxRank);
    }
}
