using LoRDBA.Runtime.Blocks;
using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Inference;
using LoRDBA.Runtime.Memory;
using LoRDBA.Runtime.Models;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests.Models;

public sealed class ModelTests
{
    private static Model Load(TinyModel tiny) => Model.Load(GgufFile.FromBytes(tiny.ToArray(), "tiny.gguf"));

    private static void AssertRefused(TinyModel tiny, params string[] words)
    {
        using var file = GgufFile.FromBytes(tiny.ToArray(), "tiny.gguf");
        var before = GC.GetAllocatedBytesForCurrentThread();
        var error = Assert.ThrowsAny<LordbaException>(() => Model.Load(file));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        Assert.All(words, word => Assert.Contains(word, error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void The_configuration_is_read_from_the_metadata()
    {
        using var model = Load(new TinyModel());
        Assert.Equal(
            ("llama", "tiny", 40, 64, 2, 4, 2, 16, 96, 16, 64),
            (model.Config.Architecture, model.Config.Name, model.Config.NVocab, model.Config.NEmbd, model.Config.NLayer, model.Config.NHead,
                model.Config.NHeadKv, model.Config.HeadDim, model.Config.NFf, model.Config.RopeDim, model.Config.ContextLength));
        Assert.Equal((10_000f, 1e-5f), (model.Config.RopeFreqBase, model.Config.RmsEps));
    }

    [Fact]
    public void The_linears_come_in_the_order_of_the_forward_pass()
    {
        using var model = Load(new TinyModel { OwnOutput = true });
        string[] layer = ["attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"];
        Assert.Equal(
            [.. layer.Select(name => $"blk.0.{name}.weight"), .. layer.Select(name => $"blk.1.{name}.weight"), "output.weight"],
            model.Linears.Select(linear => linear.Name));
        Assert.All(model.Linears, linear => Assert.Same(linear, model.Linears[linear.Index]));
        Assert.False(model.HasTiedOutput);
    }

    /// <summary>The same weights in any block format are the same model: logits agree as far as the format is exact.</summary>
    [Theory]
    [InlineData(GgmlType.F16, 0.01)]
    [InlineData(GgmlType.BF16, 0.05)]
    [InlineData(GgmlType.Q8_0, 0.05)]
    [InlineData(GgmlType.Q4_0, 0.6)]
    [InlineData(GgmlType.Q4_1, 0.6)]
    public void Every_block_format_runs(GgmlType type, double tolerance)
    {
        float[] Logits(GgmlType stored)
        {
            using var model = Load(new TinyModel { Type = stored });
            using var sequence = model.CreateSequence();
            return sequence.Prefill([1, 2, 3, 4, 5, 6, 7]).ToArray();
        }

        var expected = Logits(GgmlType.F32);
        var error = Math.Sqrt(Logits(type).Zip(expected, (x, y) => (double)(x - y) * (x - y)).Average());
        Assert.InRange(error / Math.Sqrt(expected.Average(x => x * x)), 0, tolerance);
    }

    [Fact]
    public void The_fingerprint_is_the_models_not_the_quantizations()
    {
        static Sha256Digest Fingerprint(TinyModel tiny)
        {
            using var model = Load(tiny);
            return model.Fingerprint;
        }

        var expected = Fingerprint(new TinyModel());
        Assert.Equal(expected, Fingerprint(new TinyModel { Type = GgmlType.Q4_0 }));
        Assert.NotEqual(expected, Fingerprint(new TinyModel { Seed = 2 }));
        Assert.NotEqual(expected, Fingerprint(new TinyModel { OwnOutput = true }));
    }

    [Fact]
    public void Another_architecture_is_refused_by_name() =>
        AssertRefused(new TinyModel { Metadata = { ["general.architecture"] = "mamba" } }, "mamba", "llama");

    [Theory]
    [InlineData("llama.block_count")]
    [InlineData("llama.embedding_length")]
    [InlineData("llama.feed_forward_length")]
    [InlineData("llama.attention.head_count")]
    [InlineData("llama.attention.layer_norm_rms_epsilon")]
    [InlineData("llama.context_length")]
    public void A_missing_key_is_named(string key)
    {
        var tiny = new TinyModel();
        tiny.Metadata.Remove(key);
        AssertRefused(tiny, key);
    }

    [Theory]
    [InlineData("llama.block_count", 0u)]
    [InlineData("llama.attention.head_count", 0u)]
    [InlineData("llama.attention.head_count_kv", 0u)]
    [InlineData("llama.attention.head_count_kv", 3u)]
    [InlineData("llama.rope.dimension_count", 15u)]
    [InlineData("llama.rope.dimension_count", 18u)]
    [InlineData("llama.embedding_length", 1u << 31)]
    [InlineData("llama.block_count", 1u << 31)]
    [InlineData("llama.block_count", 1u << 24)]
    [InlineData("llama.attention.key_length", 1u << 24)]
    [InlineData("llama.attention.value_length", 8u)]
    public void A_number_that_contradicts_the_others_is_refused(string key, uint value) =>
        AssertRefused(new TinyModel { Metadata = { [key] = value } }, "tiny.gguf");

    [Theory]
    [InlineData("llama.block_count", "2")]
    [InlineData("llama.block_count", 2f)]
    [InlineData("llama.attention.head_count", 4f)]
    [InlineData("llama.attention.layer_norm_rms_epsilon", 1u)]
    [InlineData("llama.rope.freq_base", "10000")]
    [InlineData("general.architecture", 1u)]
    public void A_known_key_of_another_type_is_refused(string key, object value)
    {
        var error = Assert.Throws<GgufException>(() => Load(new TinyModel { Metadata = { [key] = value } }));
        Assert.Equal((GgufError.WrongValueType, key), (error.Error, error.Field));
    }

    /// <summary>3392 heads of 1 266 205 are 2^32 + 64 rows, so 64 of them in 32 bits, which is what the tensors have.</summary>
    [Fact]
    public void A_number_of_rows_that_wraps_to_the_tensors_own_is_refused() => AssertRefused(
        new TinyModel
        {
            Metadata =
            {
                ["llama.attention.head_count"] = 3392u, ["llama.attention.head_count_kv"] = 3392u, ["llama.attention.key_length"] = 1_266_205u,
            },
            Shapes = { ["blk.0.attn_k.weight"] = [64, 64], ["blk.0.attn_v.weight"] = [64, 64], ["blk.1.attn_k.weight"] = [64, 64], ["blk.1.attn_v.weight"] = [64, 64] },
        },
        "3392", "1266205");

    [Fact]
    public void A_vocabulary_of_2_to_the_31_rows_is_refused()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "huge.gguf");
        var header = new TinyModel { Shapes = { ["token_embd.weight"] = null } }.Metadata.Aggregate(new GgufBuilder(), (builder, pair) => pair.Value switch
        {
            uint number => builder.Key(pair.Key, 4, number),
            float number => builder.Key(pair.Key, 6, number),
            var text => builder.Key(pair.Key, 8, GgufBuilder.Text((string)text)),
        }).Tensor("token_embd.weight", 24, [1, 1ul << 31], 0).ToArray();
        using (var file = File.Create(path))
        {
            file.Write(header);
            file.SetLength(header.Length + (1L << 31)); // a hole: it takes no room on the disk
        }

        Assert.Contains("token_embd.weight", Assert.Throws<ModelException>(() => Model.Load(path)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("llama.attention.layer_norm_rms_epsilon", float.NaN)]
    [InlineData("llama.rope.freq_base", 0f)]
    [InlineData("llama.rope.freq_base", float.PositiveInfinity)]
    public void A_real_that_cannot_be_is_refused(string key, float value) =>
        AssertRefused(new TinyModel { Metadata = { [key] = value } }, key["llama.".Length..]);

    [Fact]
    public void Unknown_rotary_scaling_is_refused_rather_than_ignored() =>
        AssertRefused(new TinyModel { Metadata = { ["llama.rope.scaling.type"] = "longrope" } }, "longrope", "yarn");

    [Fact]
    public void A_missing_tensor_is_named() =>
        AssertRefused(new TinyModel { Shapes = { ["blk.1.ffn_up.weight"] = null } }, "blk.1.ffn_up.weight", "missing");

    [Fact]
    public void A_tensor_of_another_shape_is_named_with_both_shapes() =>
        AssertRefused(new TinyModel { Shapes = { ["blk.1.ffn_up.weight"] = [64, 32] } }, "blk.1.ffn_up.weight", "64 x 32", "64 x 96");

    [Fact]
    public void A_tensor_that_the_forward_pass_would_not_read_is_refused() =>
        AssertRefused(new TinyModel { Shapes = { ["blk.0.attn_q_norm.weight"] = [64] } }, "blk.0.attn_q_norm.weight");

    [Theory]
    [InlineData("attn_q", 64)]
    [InlineData("attn_k", 32)]
    [InlineData("attn_v", 32)]
    [InlineData("attn_output", 64)]
    [InlineData("ffn_gate", 96)]
    [InlineData("ffn_up", 96)]
    [InlineData("ffn_down", 64)]
    public void A_llama_may_have_biases(string linear, long length)
    {
        using var file = GgufFile.FromBytes(new TinyModel { Type = GgmlType.F32, Shapes = { [$"blk.1.{linear}.bias"] = [length] } }.ToArray(), "tiny.gguf");
        int[] ids = [1, 2, 3, 4, 5, 6, 7];
        var plain = new PlainTransformer(file, TinyModel.NLayer, TinyShape.Usual, new PlainOptions());
        var expected = ids.Select(plain.Next).ToArray()[^1];
        using var model = Model.Load(file);
        using var sequence = model.CreateSequence(engineOptions: new() { Oracle = true });
        var logits = sequence.Prefill(ids);

        for (var i = 0; i < logits.Length; i++) Assert.Equal(expected[i], logits[i], 1e-3);
    }

    [Fact]
    public void A_norm_may_be_a_matrix_of_one_row()
    {
        static void Values(string name, float[] values)
        {
            if (name == "output_norm.weight") values.AsSpan().Fill(1.5f);
        }

        using var model = Load(new TinyModel { Shapes = { ["output_norm.weight"] = [64, 1] }, Change = Values, Type = GgmlType.F32 });
        using var same = Load(new TinyModel { Shapes = { ["output_norm.weight"] = [64] }, Change = Values, Type = GgmlType.F32 });
        Assert.Equal(same.Fingerprint, model.Fingerprint);
        AssertRefused(new TinyModel { Shapes = { ["output_norm.weight"] = [32, 2] }, Type = GgmlType.F32 }, "output_norm.weight", "32 x 2");
    }

    [Theory]
    [InlineData("llama.attention.head_count", 4)]
    [InlineData("llama.attention.head_count_kv", 2)]
    [InlineData("llama.feed_forward_length", 96)]
    public void A_number_of_each_layer_may_stand_for_that_of_the_model_if_all_are_equal(string key, int number)
    {
        TinyModel With(params int[] numbers)
        {
            var tiny = new TinyModel { More = writer => writer.AddArray<int>(key, numbers) };
            tiny.Metadata.Remove(key);
            return tiny;
        }

        using var model = Load(With(number, number));
        Assert.Equal((4, 2, 96), (model.Config.NHead, model.Config.NHeadKv, model.Config.NFf));
        Assert.Empty(model.Notices);
        AssertRefused(With(number, 2 * number), key, "layers of different shapes");
        AssertRefused(With(), key, "one for each layer");
        AssertRefused(With(-number, -number), key, "counts");
        AssertRefused(With(new int[1000]), key, "1000 elements");
    }

    [Fact]
    public void A_context_length_of_0_is_not_known_and_bounds_nothing()
    {
        using var model = Load(new TinyModel { Metadata = { ["llama.context_length"] = 0u } });
        using var usual = model.CreateSequence();
        using var longer = model.CreateSequence(new() { ContextLength = 5000 });

        Assert.Contains("llama.context_length is 0", Assert.Single(model.Notices));
        Assert.Equal((SequenceOptions.DefaultContextLength, 5000), (usual.ContextLength, longer.ContextLength));
    }
}
