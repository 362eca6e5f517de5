using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Adapters.Binding;
using LoRDBA.Runtime.Adapters.Lordba;
using LoRDBA.Runtime.Blocks;
using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Inference;
using LoRDBA.Runtime.Kernels.Signs;
using LoRDBA.Runtime.Models;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests.Adapters;

/// <summary>Which kernels a sequence takes: those of its set where it has the shape, the generic ones elsewhere, none halfway when it is strict.</summary>
public sealed class KernelChoiceTests : IDisposable
{
    private static readonly int[] Tokens = [3, 1, 4, 1, 5, 9, 2, 6, 5];

    private readonly Model model = new TinyModel { Type = GgmlType.F32 }.Load();

    public void Dispose() => model.Dispose();

    [Fact]
    public void A_sequence_without_a_set_says_generic()
    {
        using var adapter = Adapter(rank: 4);
        using var sequence = model.CreateSequence();
        Assert.Empty(sequence.KernelUse);
        sequence.Use(adapter);
        Assert.Equal(model.Linears.Select(linear => new KernelUse(linear.Name, "generic", "generic")), sequence.KernelUse);
    }

    [Fact]
    public void Linears_of_one_input_are_one_down_product_unless_they_have_input_scales()
    {
        using var adapter = Adapter(rank: 4);
        Assert.Equal([12, 4, 8, 4], adapter.Stages.Take(4).Select(stage => stage.Rank));
        using var scaled = Adapter(rank: 4, inBits: 4);
        Assert.Equal([4, 4, 4, 4, 4, 4, 4], scaled.Stages.Take(7).Select(stage => stage.Rank));
    }

    [Fact]
    public void A_set_serves_the_shapes_that_it_has()
    {
        using var adapter = Adapter(rank: 4);
        using var sequence = model.CreateSequence(engineOptions: new() { Kernels = new Set { ShrinkRank = 12, ExpandRank = 4 } });
        sequence.Use(adapter);
        var use = sequence.KernelUse.ToDictionary(use => use.Linear);
        Assert.Equal(("Set", "Set"), (use["blk.0.attn_v.weight"].Shrink, use["blk.0.attn_v.weight"].Expand));
        Assert.Equal(("generic", "Set"), (use["blk.0.attn_output.weight"].Shrink, use["blk.0.attn_output.weight"].Expand));
    }

    [Fact]
    public void A_strict_sequence_refuses_what_its_set_lacks_and_keeps_what_acted()
    {
        using Adapter covered = Adapter(rank: 4), other = Adapter(rank: 5);
        using var sequence = model.CreateSequence(engineOptions: new() { Kernels = new Set { ExpandRank = 4 }, StrictKernels = true });
        sequence.Use(covered);
        var expected = sequence.Prefill(Tokens).ToArray();
        var refusal = Assert.Throws<EngineException>(() => sequence.Use(other));
        Assert.Contains("n_out 64, rank 5", refusal.Message, StringComparison.Ordinal);
        Assert.Same(covered, sequence.Active!.Value.Adapter);
        sequence.Reset();
        Assert.Equal(expected, sequence.Prefill(Tokens).ToArray());

        using var bare = model.CreateSequence(engineOptions: new() { StrictKernels = true });
        Assert.Throws<EngineException>(() => bare.Use(covered));
        Assert.Null(bare.Active);
    }

    [Theory, InlineData(0), InlineData(SignLayout.Version + 1)]
    public void A_set_of_another_layout_is_refused_before_anything_else_is_asked(int layout) => Assert.Equal(
        $"Set was generated for memory layout {layout}, and this LoRDBA.Runtime has layout {SignLayout.Version}: "
            + "build the project that generates the set again, with LoRDBA.Generator of the runtime's version.",
        Refusal(new Set { Layout = layout, Reason = "needs Dp" }));

    [Fact]
    public void A_set_for_another_base_or_another_processor_is_refused()
    {
        Assert.Contains("another base", Refusal(new Set { Fingerprint = new string('0', 64) }), StringComparison.Ordinal);
        Assert.Contains("needs Dp", Refusal(new Set { Reason = "needs Dp" }), StringComparison.Ordinal);
        using var sequence = model.CreateSequence(engineOptions: new() { Kernels = new Set { Fingerprint = model.Fingerprint.ToString() } });
    }

    private string Refusal(SignKernels kernels) => Assert.Throws<EngineException>(() => model.CreateSequence(engineOptions: new() { Kernels = kernels })).Message;

    private LordbaAdapter Adapter(int rank, int inBits = 0)
    {
        var factors = model.Linears.Select(linear => RandomFactors.Create(linear.Name, linear.NIn, linear.NOut, rank, 4, inBits, linear.Index));
        return LordbaAdapter.Bind(LordbaFile.From(GgufFile.FromBytes(LordbaWriter.ToArray(RandomFactors.Header(LordbaBase.Of(model)), [.. factors]), "random")), model);
    }

    /// <summary>A set with one shrink and one expand rank, any by default.</summary>
    private sealed class Set : SignKernels
    {
        public int? ShrinkRank { get; init; }
        public int? ExpandRank { get; init; }
        public string? Fingerprint { get; init; }
        public string? Reason { get; init; }
        public int Layout { get; init; } = SignLayout.Version;
        public override string Name => "Set";
        public override int LayoutVersion => Layout;
        public override string? BaseFingerprint => Fingerprint;
        public override string? CannotRunHere => Reason;
        public override ShrinkKernel? FindShrink(int nIn, int rank) => rank == (ShrinkRank ?? rank) ? new GenericShrink(nIn, rank) : null;
        public override ExpandKernel? FindExpand(int nOut, int rank) => rank == (ExpandRank ?? rank) ? new GenericExpand(nOut, rank) : null;
    }
}
