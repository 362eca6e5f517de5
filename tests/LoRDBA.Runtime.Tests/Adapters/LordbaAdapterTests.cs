using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Adapters.Lordba;
using LoRDBA.Runtime.Blocks;
using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Inference;
using LoRDBA.Runtime.Kernels.Signs;
using LoRDBA.Runtime.Models;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests.Adapters;

/// <summary>A .lordba adapter in a sequence: against weights that it was merged into, and what it refuses to act on.</summary>
public sealed class LordbaAdapterTests
{
    private static readonly int[] Tokens = [3, 1, 4, 1, 5, 9, 2, 6, 5];

    [Theory, InlineData(0), InlineData(4)]
    public void The_branch_acts_like_its_update_merged_into_the_weights(int inBits)
    {
        using var model = Tiny().Load();
        var factors = AllLinears(model, inBits);
        using var adapter = Load(model, factors);
        using var sequence = model.CreateSequence(engineOptions: new() { Oracle = true });
        sequence.Use(adapter, weight: 0.5f);
        var unmerged = sequence.Prefill(Tokens).ToArray();

        using var mergedModel = Tiny((name, values) =>
        {
            if (factors.FirstOrDefault(f => f.Name == name) is { } f) AddUpdate(values, f, 0.5f);
        }).Load();
        using var mergedSequence = mergedModel.CreateSequence(engineOptions: new() { Oracle = true });
        var merged = mergedSequence.Prefill(Tokens).ToArray();

        for (var i = 0; i < merged.Length; i++) Assert.Equal(merged[i], unmerged[i], 2e-4f);
    }

    [Fact]
    public void Switching_back_to_no_adapter_gives_the_base_again()
    {
        using var model = Tiny().Load();
        using var adapter = Load(model, AllLinears(model, 4));
        using var sequence = model.CreateSequence();
        var before = sequence.Prefill(Tokens).ToArray();
        sequence.Reset();
        sequence.Use(adapter);
        Assert.Equal(adapter.Digest, sequence.Active!.Value.Adapter.Digest);
        Assert.NotEqual(before, sequence.Prefill(Tokens).ToArray());
        sequence.Reset();
        sequence.Use(null);
        Assert.Equal(before, sequence.Prefill(Tokens).ToArray());
        Assert.Null(sequence.Active);
    }

    [Fact]
    public void A_sequence_outlives_the_owners_reference()
    {
        using var model = Tiny().Load();
        using var sequence = model.CreateSequence();
        var adapter = Load(model, AllLinears(model, 4));
        sequence.Use(adapter);
        var expected = sequence.Prefill(Tokens).ToArray();
        adapter.Dispose();
        sequence.Reset();
        Assert.Equal(expected, sequence.Prefill(Tokens).ToArray());
        sequence.Use(null);
        Assert.Throws<ObjectDisposedException>(() => sequence.Use(adapter));
    }

    [Fact]
    public void It_tells_what_it_is()
    {
        using var model = Tiny().Load();
        using var folder = new TemporaryFolder();
        var path = System.IO.Path.Combine(folder.Path, "random.lordba");
        LordbaWriter.Save(path, RandomFactors.Header(LordbaBase.Of(model)), AllLinears(model, 0));
        using var adapter = Adapter.Load(path, model);
        Assert.Equal((AdapterKind.Lordba, "random", 6, new FileInfo(path).Length), (adapter.Kind, adapter.Name, adapter.MaxRank, adapter.ByteLength));
        Assert.Same(model, adapter.Model);
    }

    [Fact]
    public void Another_base_is_refused()
    {
        using var model = Tiny().Load();
        using var other = Tiny((name, values) => values[0] += name == "output_norm.weight" ? 1e-6f : 0).Load();
        AssertRefused(AdapterError.WrongBase, () => Load(other, AllLinears(model, 0), madeFor: model));
    }

    [Fact]
    public void Another_vocabulary_is_refused()
    {
        using var model = Tiny().Load();
        var tiny = Tiny();
        tiny.Metadata["tokenizer.ggml.pre"] = "another";
        using var other = tiny.Load();
        Assert.Equal(model.Fingerprint, other.Fingerprint);
        AssertRefused(AdapterError.WrongTokenizer, () => Load(other, AllLinears(model, 0), madeFor: model));
    }

    [Theory, InlineData("blk.2.attn_q.weight"), InlineData("blk.0.attn_norm.weight"), InlineData("token_embd.weight"), InlineData("x.weight")]
    public void A_tensor_that_matches_no_linear_is_refused(string name)
    {
        using var model = Tiny().Load();
        AssertRefused(AdapterError.UnknownTensor, () => Load(model, [RandomFactors.Create(name, TinyModel.NEmbd, TinyModel.NEmbd, 2, 4, 0, 1)]));
    }

    [Theory, InlineData(64, 63), InlineData(65, 64), InlineData(96, 64)]
    public void A_tensor_of_another_shape_is_refused(int nIn, int nOut)
    {
        using var model = Tiny().Load();
        AssertRefused(AdapterError.ShapeMismatch, () => Load(model, [RandomFactors.Create("blk.0.attn_q.weight", nIn, nOut, 2, 4, 0, 1)]));
    }

    [Fact]
    public void A_sequence_of_another_model_refuses_it()
    {
        using var model = Tiny().Load();
        using var second = Tiny().Load();
        using var adapter = Load(model, AllLinears(model, 0));
        using var sequence = second.CreateSequence();
        Assert.Throws<EngineException>(() => sequence.Use(adapter));
    }

    private static TinyModel Tiny(Action<string, float[]>? change = null) => new() { Type = GgmlType.F32, OwnOutput = true, Change = change };

    private static LordbaFactors[] AllLinears(Model model, int inBits) =>
        [.. model.Linears.Select(linear => RandomFactors.Create(linear.Name, linear.NIn, linear.NOut, linear.Index % 2 == 0 ? 6 : 3, 4, inBits, linear.Index))];

    private static LordbaAdapter Load(Model model, LordbaFactors[] factors, Model? madeFor = null) =>
        LordbaAdapter.Bind(LordbaFile.From(GgufFile.FromBytes(LordbaWriter.ToArray(RandomFactors.Header(LordbaBase.Of(madeFor ?? model)), factors), "test")), model);

    private static void AssertRefused(AdapterError error, Action load) => Assert.Equal(error, Assert.Throws<AdapterException>(load).Error);

    // W += weight * s_out ⊙ S_B (m ⊙ S_A (s_in ⊙ .)), written out
    private static unsafe void AddUpdate(float[] w, LordbaFactors f, float weight)
    {
        fixed (byte* bitsA = f.SignsA, bitsB = f.SignsB)
        {
            var (a, b) = (new SignMatrix(bitsA, f.Rank, f.NIn), new SignMatrix(bitsB, f.Rank, f.NOut));
            for (var o = 0; o < f.NOut; o++)
                for (var j = 0; j < f.NIn; j++)
                {
                    var sum = 0.0;
                    for (var k = 0; k < f.Rank; k++) sum += b[k, o] * f.M[k] * a[k, j];
                    w[o * f.NIn + j] += (float)(weight * f.ScaleOut[o] * sum * (f.ScaleIn.Length == 0 ? 1 : f.ScaleIn[j]));
                }
        }
    }
}
