using System.Text;
using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Blocks;
using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Inference;
using LoRDBA.Runtime.Memory;
using LoRDBA.Runtime.Models;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests.Adapters.Peft;

/// <summary>A PEFT folder in a sequence: against weights that it was merged into, and what it refuses to act on.</summary>
public sealed class PeftReaderTests : IDisposable
{
    private const string Config = """{"peft_type":"LORA","r":3,"lora_alpha":6,"rank_pattern":{"down_proj":2},"alpha_pattern":{"lm_head":1.5}}""";

    private static readonly int[] Tokens = [3, 1, 4, 1, 5, 9, 2, 6, 5];

    private readonly TemporaryFolder folder = new();
    private readonly Model model = Tiny().Load();

    public void Dispose()
    {
        model.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void Every_linear_acts_like_its_update_merged_into_the_weights()
    {
        var tensors = Tensors();
        using var adapter = Load(Config, tensors);
        Assert.Equal((AdapterKind.Lora, 3), (adapter.Kind, adapter.MaxRank));
        using var sequence = model.CreateSequence(engineOptions: new() { Oracle = true });
        sequence.Use(adapter, weight: 0.5f);
        var unmerged = sequence.Prefill(Tokens).ToArray();

        using var mergedModel = Tiny((name, weight) => Merge(name, weight, tensors, 0.5f)).Load();
        using var mergedSequence = mergedModel.CreateSequence(engineOptions: new() { Oracle = true });
        var merged = mergedSequence.Prefill(Tokens).ToArray();
        using var baseSequence = model.CreateSequence(engineOptions: new() { Oracle = true });
        var plain = baseSequence.Prefill(Tokens).ToArray();

        for (var i = 0; i < merged.Length; i++) Assert.Equal(merged[i], unmerged[i], 2e-4f);
        Assert.True(merged.Zip(plain, (a, b) => Math.Abs(a - b)).Max() > 0.05, "the adapter hardly acts, so this test shows little");
    }

    [Fact]
    public void It_is_named_by_folder_and_content()
    {
        using var adapter = Load(Config, Tensors());
        var config = Sha256Digest.Of(Encoding.UTF8.GetBytes(Config)).ToArray();
        var weights = Sha256Digest.Of(File.ReadAllBytes(Path.Combine(folder.Path, "adapter_model.safetensors"))).ToArray();
        Assert.Equal(Sha256Digest.Of([.. config, .. weights]), adapter.Digest);
        Assert.Equal(Path.GetFileName(folder.Path), adapter.Name);
        Assert.Equal(Directory.GetFiles(folder.Path).Sum(file => new FileInfo(file).Length), adapter.ByteLength);

        using var rescaled = Load(Config.Replace(":6", ":7", StringComparison.Ordinal), Tensors());
        Assert.NotEqual(adapter.Digest, rescaled.Digest);
    }

    [Fact]
    public void A_folder_without_a_configuration_is_told() => Assert.Equal(AdapterError.UnknownKind, Assert.Throws<AdapterException>(() => Adapter.Load(folder.Path, model)).Error);

    [Fact]
    public void A_folder_without_weights_is_told()
    {
        folder.Write("adapter_config.json", Encoding.UTF8.GetBytes(Config));
        Assert.Equal(AdapterError.CannotOpen, Assert.Throws<AdapterException>(() => Adapter.Load(folder.Path, model)).Error);
    }

    [Fact]
    public void A_path_that_leads_nowhere_is_told() => Assert.Equal(GgufError.CannotOpen, Assert.Throws<GgufException>(() => Adapter.Load(Path.Combine(folder.Path, "x"), model)).Error);

    [Fact]
    public void An_adapter_of_nothing_is_refused() => AssertRefused(AdapterError.NoTensors, []);

    [Theory]
    [InlineData("base_model.model.model.embed_tokens.lora_embedding_A"), InlineData("base_model.model.model.layers.0.mlp.up_proj.lora_magnitude_vector.weight")]
    [InlineData("base_model.model.model.layers.0.mlp.up_proj.lora_B.bias")]
    [InlineData("base_model.model.lm_head.weight"), InlineData("base_model.model.model.embed_tokens.weight"), InlineData("base_model.model.lm_head.modules_to_save.weight")]
    public void Parts_that_are_not_supported_are_refused_by_name(string tensor) => AssertRefused(AdapterError.Unsupported, [.. Tensors(), (tensor, [1], [1])]);

    [Theory]
    [InlineData("base_model.model..lora_A.weight"), InlineData("lora_A.weight"), InlineData("base_model.model.lora_A.weight"), InlineData("model.norm.weight"), InlineData("x")]
    [InlineData("base_model.model.model.layers.0.mlp.up_proj.lora_A"), InlineData("base_model.model.model.layers.0.mlp.up_proj.lora_A.a.b.weight")]
    public void A_tensor_that_is_no_factor_is_refused(string tensor) => AssertRefused(AdapterError.UnknownTensor, [.. Tensors(), (tensor, [1], [1])]);

    [Theory]
    [InlineData("model.layers.2.self_attn.q_proj"), InlineData("model.layers.0.self_attn.x_proj"), InlineData("model.layers.x.self_attn.q_proj")]
    [InlineData("model.layers..self_attn.q_proj"), InlineData("model.layers.-1.self_attn.q_proj"), InlineData("model.embed_tokens"), InlineData("model.layers.0.mlp")]
    public void A_module_that_is_no_linear_of_the_model_is_refused(string module) => AssertRefused(AdapterError.UnknownTensor, [.. Tensors(), .. Pair(module, 64, 64, 3)]);

    [Fact]
    public void Half_a_pair_is_refused()
    {
        AssertRefused(AdapterError.MissingPair, Tensors()[1..]);
        AssertRefused(AdapterError.MissingPair, Tensors()[..^1]);
    }

    [Fact]
    public void Another_shape_is_refused()
    {
        const string module = "model.layers.0.self_attn.q_proj";
        AssertRefused(AdapterError.ShapeMismatch, [.. Pair(module, 63, 64, 3)]);
        AssertRefused(AdapterError.ShapeMismatch, [.. Pair(module, 64, 65, 3)]);
        AssertRefused(AdapterError.ShapeMismatch, [Pair(module, 64, 64, 3)[0], Pair(module, 64, 64, 2)[1]]);
        AssertRefused(AdapterError.ShapeMismatch, [Pair(module, 64, 64, 3)[0], ($"base_model.model.{module}.lora_B.weight", [192], new float[192])]);
    }

    [Fact]
    public void Another_rank_than_the_configured_one_is_refused() => AssertRefused(AdapterError.RankMismatch, [.. Pair("model.layers.0.mlp.down_proj", 96, 64, 3)]);

    [Theory, InlineData(float.NaN), InlineData(float.PositiveInfinity)]
    public void A_value_that_is_not_finite_is_refused(float value)
    {
        foreach (var index in new[] { 0, 1 })
        {
            var tensors = Tensors();
            tensors[index].Values[^1] = value;
            AssertRefused(AdapterError.NonFiniteValue, tensors);
        }
    }

    [Fact]
    public void An_adapted_head_is_refused_where_the_head_is_the_embedding()
    {
        using var tied = new TinyModel { Type = GgmlType.F32 }.Load();
        Write(Config, Tensors());
        Assert.Equal(AdapterError.TiedOutput, Assert.Throws<AdapterException>(() => Adapter.Load(folder.Path, tied)).Error);
    }

    private static TinyModel Tiny(Action<string, float[]>? change = null) => new() { Type = GgmlType.F32, OwnOutput = true, Change = change };

    private static readonly (string Module, string Weight, int NIn, int NOut)[] Modules =
    [
        ("self_attn.q_proj", "attn_q", 64, 64), ("self_attn.k_proj", "attn_k", 64, 32), ("self_attn.v_proj", "attn_v", 64, 32), ("self_attn.o_proj", "attn_output", 64, 64),
        ("mlp.gate_proj", "ffn_gate", 64, 96), ("mlp.up_proj", "ffn_up", 64, 96), ("mlp.down_proj", "ffn_down", 96, 64),
    ];

    /// <summary>All linears of both layers and the head: rank 3, but 2 for down_proj.</summary>
    private static (string Name, int[] Shape, float[] Values)[] Tensors() =>
    [
        .. Enumerable.Range(0, TinyModel.NLayer).SelectMany(layer => Modules.SelectMany(m => Pair($"model.layers.{layer}.{m.Module}", m.NIn, m.NOut, m.Weight == "ffn_down" ? 2 : 3))),
        .. Pair("lm_head", 64, TinyModel.NVocab, 3),
    ];

    private static (string Name, int[] Shape, float[] Values)[] Pair(string module, int nIn, int nOut, int rank)
    {
        var random = new Random(module.Sum(c => c));
        float[] Values(int count) => [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() - 0.5f) * 0.4f)];
        return [($"base_model.model.{module}.lora_A.weight", [rank, nIn], Values(rank * nIn)), ($"base_model.model.{module}.lora_B.weight", [nOut, rank], Values(nOut * rank))];
    }

    // W += weight * alpha / r * B A, the rows of q and k from the order of the two halves into the interleaved one.
    private static void Merge(string name, float[] weight, (string Name, int[] Shape, float[] Values)[] tensors, float adapterWeight)
    {
        var parts = name.Split('.');
        var module = name == "output.weight" ? "lm_head" : parts.Length == 4 ? $"model.layers.{parts[1]}.{Modules.FirstOrDefault(m => m.Weight == parts[2]).Module}" : "";
        if (tensors.FirstOrDefault(tensor => tensor.Name == $"base_model.model.{module}.lora_A.weight") is not { Shape: [var rank, var nIn] } a) return;
        var b = tensors.Single(tensor => tensor.Name == $"base_model.model.{module}.lora_B.weight");
        var scaling = adapterWeight * (module == "lm_head" ? 1.5f : 6f) / rank;

        for (var hf = 0; hf < b.Shape[0]; hf++)
        {
            var (head, half, pair) = (hf / TinyModel.HeadDim, hf % TinyModel.HeadDim / (TinyModel.HeadDim / 2), hf % (TinyModel.HeadDim / 2));
            var row = parts is [_, _, "attn_q" or "attn_k", _] ? head * TinyModel.HeadDim + 2 * pair + half : hf;
            for (var j = 0; j < nIn; j++)
                for (var k = 0; k < rank; k++) weight[row * nIn + j] += scaling * b.Values[hf * rank + k] * a.Values[k * nIn + j];
        }
    }

    private void Write(string config, (string, int[], float[])[] tensors)
    {
        folder.Write("adapter_config.json", Encoding.UTF8.GetBytes(config));
        folder.Write("adapter_model.safetensors", SafetensorsBuilder.Of(tensors));
    }

    private Adapter Load(string config, (string, int[], float[])[] tensors)
    {
        Write(config, tensors);
        return Adapter.Load(folder.Path, model);
    }

    private void AssertRefused(AdapterError error, (string, int[], float[])[] tensors) =>
        Assert.Equal(error, Assert.Throws<AdapterException>(() => Load(Config, tensors).Dispose()).Error);
}
