using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Adapters.Dbf;
using LoRDBA.Runtime.Adapters.Lora;
using LoRDBA.Runtime.Adapters.Lordba;
using LoRDBA.Runtime.Adapters.Peft;
using LoRDBA.Runtime.Blocks;
using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Inference;
using LoRDBA.Runtime.Models;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests.Adapters.Dbf;

/// <summary>An adapter in the authors' form beside a model: the same update as the LoRA that stands for it, there and back.</summary>
public sealed class DbfAdapterTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly Model model = new TinyModel { Type = GgmlType.F32, OwnOutput = true }.Load();

    public void Dispose()
    {
        model.Dispose();
        folder.Dispose();
    }

    /// <summary>All linears of a model with rotated neighbours, the head too; ranks that are no multiple of eight, scales of either sign.</summary>
    [Fact]
    public void Every_linear_gets_the_update_of_the_LoRA_that_adds_the_same()
    {
        var builder = Random(linear => 3 + linear.Index % 7);
        using var dbf = Adapter.Load(builder.Write(folder), model);
        using var peft = Adapter.Load(builder.WritePeft(folder), model);

        Assert.Equal((AdapterKind.Lordba, "dbf", 9, "org/base", null), (dbf.Kind, dbf.Name, dbf.MaxRank, dbf.BaseName, dbf.Notice));
        AssertSameUpdates(LoraFactors.Of(peft), LoraFactors.Of(dbf), 1e-6);
    }

    [Fact]
    public void The_adapter_of_the_authors_gets_the_update_of_the_LoRA_beside_it()
    {
        using var smol = Model.Load(SharedFiles.Require("models/SmolLM2-135M-Instruct.Q4_1.gguf"));
        using var dbf = Adapter.Load(SharedFiles.Require("cases/adapters/lordba_qat_dbf"), smol);
        using var peft = Adapter.Load(SharedFiles.Require("cases/adapters/lordba_qat_dbf_as_peft"), smol);
        AssertSameUpdates([.. LoraFactors.Of(peft).Take(7)], [.. LoraFactors.Of(dbf).Take(7)], 1e-6);
        Assert.Equal(14, LoraFactors.Of(dbf).Count);
    }

    [Fact]
    public void Its_file_is_one_of_sixteen_bits_with_the_same_signs_and_scales()
    {
        using var dbf = DbfFolder.Open(Random(_ => 5).Write(folder));
        var bytes = DbfReader.ToLordba(dbf, model);
        Assert.Equal(bytes, DbfReader.ToLordba(dbf, model));
        using var adapter = Adapter.Load(folder.Path + "/dbf", model);
        using var file = LordbaFile.From(GgufFile.FromBytes(bytes, "made"));
        Assert.All(file.Tensors, tensor => Assert.Equal((5, 16, 16), (tensor.Rank, tensor.OutBits, tensor.InBits)));
        using var made = Adapter.Load(file, model);
        foreach (var (expected, actual) in LoraFactors.Of(adapter).Zip(LoraFactors.Of(made)))
        {
            Assert.Equal(expected.A, actual.A);
            Assert.Equal(expected.B, actual.B);
        }
        Assert.Equal(dbf.Digest(), adapter.Digest);
    }

    /// <summary>Some hundred ranks, as the authors' defaults give: S_B in passes of 64.</summary>
    [Theory, InlineData(64), InlineData(65), InlineData(200), InlineData(512)]
    public void Many_ranks_act_as_in_float32(int rank)
    {
        using var adapter = Adapter.Load(Random(_ => rank).Write(folder), model);
        float[] Logits(bool oracle, int threads, params int[][] parts)
        {
            using var sequence = model.CreateSequence(engineOptions: new() { Oracle = oracle, Threads = threads });
            sequence.Use(adapter, weight: 0.25f);
            ReadOnlySpan<float> logits = default;
            foreach (var tokens in parts) logits = sequence.Prefill(tokens);
            return logits.ToArray();
        }

        var fast = Logits(false, 1, [3, 1, 4, 1, 5, 9]);
        var expected = Logits(true, 1, [3, 1, 4, 1, 5, 9]);
        using var plain = model.CreateSequence(engineOptions: new() { Oracle = true });
        var alone = plain.Prefill([3, 1, 4, 1, 5, 9]).ToArray();
        var spread = expected.Zip(alone, (a, b) => Math.Abs(a - b)).Max();
        Assert.True(spread > 0.05, $"the adapter hardly acts ({spread}), so this test shows little");
        foreach (var (a, b) in expected.Zip(fast)) Assert.Equal(a, b, 0.03f * Math.Max(1, spread));
        Assert.Equal(fast, Logits(false, 3, [3, 1, 4, 1, 5, 9]));
        Assert.Equal(fast, Logits(false, 1, [3], [1], [4, 1, 5], [9]));
    }

    [Fact]
    public void What_is_written_is_read_back_as_the_same_signs_and_scales()
    {
        using var adapter = RandomAdapter.Load(AdapterKind.Lordba, model, folder);
        DbfWriter.Save(Path.Combine(folder.Path, "one"), adapter);
        DbfWriter.Save(Path.Combine(folder.Path, "two"), adapter);
        using var back = Adapter.Load(Path.Combine(folder.Path, "one"), model);

        Assert.Equal(File.ReadAllBytes(Path.Combine(folder.Path, "one", "adapter_model.bin")), File.ReadAllBytes(Path.Combine(folder.Path, "two", "adapter_model.bin")));
        foreach (var linear in model.Linears)
        {
            LordbaBranch expected = ((LordbaAdapter)adapter).BranchOf(linear)!, actual = ((LordbaAdapter)back).BranchOf(linear)!;
            Assert.Equal(expected.M, actual.M);
            // Logarithmic codes become F16.
            Assert.Equal(expected.ScaleOut.ToArray().Select(scale => (float)(Half)scale), actual.ScaleOut.ToArray());
            Assert.Equal(expected.ScaleIn.IsEmpty ? [.. Enumerable.Repeat(1f, linear.NIn)] : expected.ScaleIn.ToArray().Select(scale => (float)(Half)scale), actual.ScaleIn.ToArray());
            for (var k = 0; k < expected.Rank; k++)
            {
                for (var column = 0; column < linear.NIn; column++) Assert.Equal(expected.SignsA[k, column], actual.SignsA[k, column]);
                for (var row = 0; row < linear.NOut; row++) Assert.Equal(expected.SignsB[k, row], actual.SignsB[k, row]);
            }
        }
        Assert.Empty(Directory.GetFiles(folder.Path, "*.part", SearchOption.AllDirectories));
    }

    [Fact]
    public void What_has_no_signs_is_not_written()
    {
        using var lora = RandomAdapter.Load(AdapterKind.Lora, model, folder);
        Assert.Throws<ArgumentException>(() => DbfWriter.Save(Path.Combine(folder.Path, "out"), lora));
        Assert.False(Directory.Exists(Path.Combine(folder.Path, "out")));
    }

    [Fact]
    public void What_does_not_fit_the_model_is_refused_by_its_module()
    {
        AssertRefused(AdapterError.UnknownTensor, "model.layers.9.self_attn.q_proj", 64, 64);
        AssertRefused(AdapterError.UnknownTensor, "model.embed_tokens", 64, 40);
        AssertRefused(AdapterError.ShapeMismatch, "model.layers.0.self_attn.q_proj", 63, 64);
        AssertRefused(AdapterError.ShapeMismatch, "model.layers.0.self_attn.q_proj", 64, 65);
        AssertRefused(AdapterError.BadScale, "model.layers.0.self_attn.q_proj", 64, 64, scaling: 1e6);
        var twice = new DbfBuilder().Add("model.layers.0.self_attn.q_proj", 64, 64, 2).Add("layers.0.self_attn.q_proj", 64, 64, 2);
        Assert.Equal(AdapterError.DuplicateTensor, Assert.Throws<AdapterException>(() => Adapter.Load(twice.Write(folder), model)).Error);
    }

    [Fact]
    public void A_scaling_that_is_no_power_of_two_is_told()
    {
        using var adapter = Adapter.Load(new DbfBuilder().Add("model.layers.0.self_attn.q_proj", 64, 64, 2, scaling: 1.7).Write(folder), model);
        Assert.Contains("scaling 1.7", adapter.Notice, StringComparison.Ordinal);
    }

    private DbfBuilder Random(Func<Linear, int> rank)
    {
        var builder = new DbfBuilder();
        foreach (var linear in model.Linears) builder.Add(PeftNames.ModuleOf(linear), linear.NIn, linear.NOut, rank(linear));
        return builder;
    }

    private void AssertRefused(AdapterError error, string module, int nIn, int nOut, double scaling = 2)
    {
        var refused = Assert.Throws<AdapterException>(() => Adapter.Load(new DbfBuilder().Add(module, nIn, nOut, 2, scaling).Write(folder), model));
        Assert.Equal((error, module), (refused.Error, refused.Field));
    }

    private static void AssertSameUpdates(IReadOnlyList<LoraFactors> expected, IReadOnlyList<LoraFactors> actual, double tolerance)
    {
        Assert.Equal(expected.Select(one => (one.Linear, one.Rank)), actual.Select(one => (one.Linear, one.Rank)));
        foreach (var (one, other) in expected.Zip(actual))
            for (var row = 0; row < one.Linear.NOut; row += 1 + row % 5)
                for (var column = 0; column < one.Linear.NIn; column += 1 + column % 7) Assert.Equal(At(one, row, column), At(other, row, column), tolerance);
    }

    private static double At(LoraFactors factors, int row, int column)
    {
        var sum = 0.0;
        for (var k = 0; k < factors.Rank; k++) sum += (double)factors.B[row * factors.Rank + k] * factors.A[k * factors.Linear.NIn + column];
        return factors.Scaling * sum;
    }
}
