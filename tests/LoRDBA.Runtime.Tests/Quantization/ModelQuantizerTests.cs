using LoRDBA.Runtime.Blocks;
using LoRDBA.Runtime.Inference;
using LoRDBA.Runtime.Models;
using LoRDBA.Runtime.Quantization;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests.Quantization;

/// <summary>Whole models in another format: what becomes what, what stays, and that nothing is left of a failure.</summary>
public sealed class ModelQuantizerTests : IDisposable
{
    private static readonly GgmlType[] Targets = [GgmlType.Q8_0, GgmlType.Q4_0, GgmlType.Q4_1];

    private readonly TemporaryFolder folder = new();

    public static TheoryData<GgmlType, GgmlType> SourcesAndTargets =>
        [.. BlockFormat.All.SelectMany(source => Targets.Select(target => new TheoryDataRow<GgmlType, GgmlType>(source.Type, target))).Where(row => row.Data.Item1 != row.Data.Item2)];

    public void Dispose() => folder.Dispose();

    private string Output => Path.Combine(folder.Path, "out.gguf");

    [Theory]
    [MemberData(nameof(SourcesAndTargets))]
    public void Every_format_becomes_any_other_and_runs(GgmlType from, GgmlType to)
    {
        using var source = Wide(from).Load();
        using var written = Quantize(source, to);

        foreach (var (before, after) in source.Linears.Append(source.Weights.Embedding).Zip(written.Linears.Append(written.Weights.Embedding)))
        {
            Assert.Equal((before.Name, after == written.Weights.Output.Linears[0] ? GgmlType.Q8_0 : to), (after.Name, after.Format.Type));
            // Half of a step of 4 bits is 1/15 of the largest weight, a whole one (Q4_0, at the end that is not exact) 1/8.
            var bound = after.Format.Type == GgmlType.Q8_0 ? 0.6 / 64 : 0.13;
            for (var row = 0; row < before.NOut; row++)
            {
                float[] weights = Values(before, row), stored = Values(after, row);
                Assert.InRange(weights.Zip(stored, (w, s) => Math.Abs(w - s)).Max(), 0, bound * weights.Max(Math.Abs));
            }
        }
        using var sequence = written.CreateSequence();
        Assert.All(sequence.Prefill([1, 2, 3]).ToArray(), logit => Assert.True(float.IsFinite(logit)));
    }

    [Fact]
    public void Norms_stay_to_the_bit_so_adapters_of_the_model_fit()
    {
        using var source = new TinyModel { Type = GgmlType.F16 }.Load();
        using var written = Quantize(source, GgmlType.Q8_0);

        Assert.Equal(source.Fingerprint, written.Fingerprint);
        Assert.Equal(source.File.Tensors.Select(tensor => tensor.Name), written.File.Tensors.Select(tensor => tensor.Name));
        foreach (var norm in source.File.Tensors.Where(tensor => tensor.NDims == 1))
            Assert.Equal(source.File.Span(norm), written.File.Span(written.File.GetTensor(norm.Name)));
    }

    [Fact]
    public void A_head_of_its_own_has_eight_bits_and_the_embedding_then_four()
    {
        using var source = new TinyModel { Type = GgmlType.F32, OwnOutput = true }.Load();
        using var written = Quantize(source, GgmlType.Q4_0);

        Assert.Equal((GgmlType.Q8_0, GgmlType.Q4_0), (written.Weights.Output.Linears[0].Format.Type, written.Weights.Embedding.Format.Type));
    }

    [Fact]
    public void Rows_that_are_no_whole_number_of_blocks_stay_as_they_are()
    {
        var model = new TinyModel { Type = GgmlType.F32 };
        model.Metadata["llama.feed_forward_length"] = 80u;
        for (var layer = 0; layer < TinyModel.NLayer; layer++)
        {
            model.Shapes[$"blk.{layer}.ffn_gate.weight"] = model.Shapes[$"blk.{layer}.ffn_up.weight"] = [TinyModel.NEmbd, 80];
            model.Shapes[$"blk.{layer}.ffn_down.weight"] = [80, TinyModel.NEmbd];
        }
        using var source = model.Load();
        using var written = Quantize(source, GgmlType.Q4_0);

        Assert.All(written.Linears, linear => Assert.Equal(linear.Kind == LinearKind.Down ? GgmlType.F32 : GgmlType.Q4_0, linear.Format.Type));
    }

    [Fact]
    public void Metadata_is_carried_over_byte_for_byte_but_for_the_two_keys_about_the_format()
    {
        var model = new TinyModel { Type = GgmlType.F16 };
        model.Metadata["general.file_type"] = 1u;
        model.Metadata["tokenizer.chat_template"] = "Grüße {{ messages }}";
        model.Metadata["general.alignment"] = 32u;
        using var source = model.Load();
        using var written = Quantize(source, GgmlType.Q8_0);

        Assert.Equal([.. source.File.Metadata.Keys, "general.quantization_version"], written.File.Metadata.Keys);
        Assert.Equal((7u, 2u), (written.File.Metadata.GetUInt32("general.file_type"), written.File.Metadata.GetUInt32("general.quantization_version")));
        foreach (var key in source.File.Metadata.Keys.Where(key => key != "general.file_type"))
            Assert.Equal(source.File.Metadata[key].Bytes, written.File.Metadata[key].Bytes);
    }

    [Fact]
    public void The_same_model_gives_the_same_bytes()
    {
        using var source = new TinyModel { Type = GgmlType.F32 }.Load();
        using (Quantize(source, GgmlType.Q8_0)) { }
        var first = File.ReadAllBytes(Output);
        using (Quantize(source, GgmlType.Q8_0)) { }

        Assert.Equal(first, File.ReadAllBytes(Output));
    }

    [Fact]
    public void A_model_that_has_the_format_already_is_told_so()
    {
        using var source = new TinyModel { Type = GgmlType.Q8_0 }.Load();
        var error = Assert.Throws<QuantizationException>(() => QuantizationPlan.Of(source, GgmlType.Q8_0));

        Assert.Equal("tiny model: its weights are Q8_0 already, so there is nothing to do. Use the file as it is.", error.Message);
    }

    [Fact]
    public void The_model_itself_is_never_overwritten_not_even_through_a_link()
    {
        var path = folder.Write("model.gguf", new TinyModel().ToArray());
        var link = Path.Combine(folder.Path, "link.gguf");
        File.CreateSymbolicLink(link, path);
        using var source = Model.Load(link);
        var plan = QuantizationPlan.Of(source, GgmlType.Q4_0);

        foreach (var target in (string[])[link, Path.Combine(folder.Path, ".", "model.gguf")])
            Assert.Throws<QuantizationException>(() => ModelQuantizer.Save(plan, target, cancellation: TestContext.Current.CancellationToken));
        Assert.Equal(2, Directory.GetFiles(folder.Path).Length);
    }

    [Theory, InlineData(float.NaN), InlineData(float.NegativeInfinity), InlineData(70_000)]
    public void A_weight_that_no_block_can_hold_is_told_with_its_place_and_leaves_nothing(float weight)
    {
        using var source = new TinyModel { Type = GgmlType.F32, Change = (name, values) => values[(name == "blk.1.ffn_up.weight" ? 5 : 0) * TinyModel.NEmbd + 3] = name == "blk.1.ffn_up.weight" ? weight : 0 }.Load();
        var error = Assert.Throws<QuantizationException>(() => Quantize(source, GgmlType.Q4_1));

        Assert.Contains("row 5 of blk.1.ffn_up.weight", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    private sealed class CancelAfterFirst(CancellationTokenSource source) : IProgress<long>
    {
        public void Report(long value) => source.Cancel();
    }

    [Fact]
    public void What_is_cancelled_leaves_what_was_there()
    {
        File.WriteAllText(Output, "before");
        using var source = new TinyModel().Load();
        using var cancel = new CancellationTokenSource();

        Assert.ThrowsAny<OperationCanceledException>(() => ModelQuantizer.Save(QuantizationPlan.Of(source, GgmlType.Q4_0), Output, new CancelAfterFirst(cancel), cancel.Token));
        Assert.Equal("before", File.ReadAllText(Output));
        Assert.Single(Directory.GetFiles(folder.Path));
    }

    private Model Quantize(Model source, GgmlType type)
    {
        ModelQuantizer.Save(QuantizationPlan.Of(source, type), Output, cancellation: TestContext.Current.CancellationToken);
        return Model.Load(Output);
    }

    /// <summary>Rows of 256, which every format can have: n_embd and n_ff 256, 4 heads of 64.</summary>
    private static TinyModel Wide(GgmlType type)
    {
        var model = new TinyModel { Type = type };
        foreach (var key in (string[])["llama.embedding_length", "llama.feed_forward_length"]) model.Metadata[key] = 256u;
        model.Metadata["llama.rope.dimension_count"] = 64u;
        model.Shapes["token_embd.weight"] = [256, TinyModel.NVocab];
        model.Shapes["output_norm.weight"] = [256];
        for (var layer = 0; layer < TinyModel.NLayer; layer++)
        {
            foreach (var name in (string[])["attn_norm", "ffn_norm"]) model.Shapes[$"blk.{layer}.{name}.weight"] = [256];
            foreach (var name in (string[])["attn_q", "attn_output", "ffn_gate", "ffn_up", "ffn_down"]) model.Shapes[$"blk.{layer}.{name}.weight"] = [256, 256];
            foreach (var name in (string[])["attn_k", "attn_v"]) model.Shapes[$"blk.{layer}.{name}.weight"] = [256, 128];
        }
        return model;
    }

    private static float[] Values(Linear linear, int row)
    {
        var values = new float[linear.NIn];
        linear.Format.Dequantize(linear.Row(row), values);
        return values;
    }
}
