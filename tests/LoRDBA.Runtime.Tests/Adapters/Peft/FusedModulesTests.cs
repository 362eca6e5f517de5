using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Inference;
using LoRDBA.Runtime.Models;
using LoRDBA.Runtime.Tests.Models;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests.Adapters.Peft;

/// <summary>A base whose q, k and v are one matrix, and gate and up: its LoRAs adapt the matrix, or its parts.</summary>
public sealed class FusedModulesTests : IDisposable
{
    private const int Rank = 3;

    private static readonly int[] Ids = [1, 5, 9, 30, 2, 7];

    private readonly TemporaryFolder fused = new(), split = new();
    private readonly Model model = Model.Load(FamilyCase.Row("phi3").File());

    public void Dispose()
    {
        model.Dispose();
        fused.Dispose();
        split.Dispose();
    }

    [Fact]
    public void A_module_of_several_linears_acts_as_its_parts_do()
    {
        var whole = new List<(string, int[], float[])>();
        var parts = new List<(string, int[], float[])>();
        var random = new Random(3);
        float[] Values(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
        void Pair(List<(string, int[], float[])> tensors, string module, float[] a, float[] b)
        {
            tensors.Add(($"base_model.model.model.layers.1.{module}.lora_A.weight", [Rank, a.Length / Rank], a));
            tensors.Add(($"base_model.model.model.layers.1.{module}.lora_B.weight", [b.Length / Rank, Rank], b));
        }

        foreach (var (name, rows) in new (string, (string, int)[])[]
            {
                ("self_attn.qkv_proj", [("self_attn.q_proj", 64), ("self_attn.k_proj", 32), ("self_attn.v_proj", 32)]),
                ("mlp.gate_up_proj", [("mlp.gate_proj", TinyModel.NFf), ("mlp.up_proj", TinyModel.NFf)]),
            })
        {
            var (a, b) = (Values(Rank * TinyModel.NEmbd), Values(Rank * rows.Sum(part => part.Item2)));
            Pair(whole, name, a, b);
            var first = 0;
            foreach (var (part, count) in rows)
            {
                Pair(parts, part, a, b[(first * Rank)..((first + count) * Rank)]);
                first += count;
            }
        }

        var expected = Logits(Write(split, parts));
        Assert.Equal(expected, Logits(Write(fused, whole)));
        Assert.NotEqual(expected, Logits(folder: null));
    }

    [Fact]
    public void A_fused_module_of_a_base_that_has_none_is_refused_by_name()
    {
        using var other = Model.Load(FamilyCase.Row("qwen3").File());
        var folder = Write(fused, [("base_model.model.model.layers.0.self_attn.qkv_proj.lora_A.weight", [1, 64], new float[64]), ("base_model.model.model.layers.0.self_attn.qkv_proj.lora_B.weight", [128, 1], new float[128])]);
        var error = Assert.Throws<AdapterException>(() => Adapter.Load(folder, other));
        Assert.Equal((AdapterError.UnknownTensor, "model.layers.0.self_attn.qkv_proj"), (error.Error, error.Field));
    }

    [Fact]
    public void A_linear_that_is_adapted_whole_and_as_a_part_is_refused_by_name()
    {
        (string, int[], float[])[] Pair(string module, int nOut) =>
        [
            ($"base_model.model.model.layers.0.{module}.lora_A.weight", [1, 64], new float[64]),
            ($"base_model.model.model.layers.0.{module}.lora_B.weight", [nOut, 1], new float[nOut]),
        ];
        var folder = Write(fused, [.. Pair("self_attn.qkv_proj", 128), .. Pair("self_attn.k_proj", 32)]);
        var error = Assert.Throws<AdapterException>(() => Adapter.Load(folder, model));
        Assert.Equal((AdapterError.DuplicateTensor, "blk.0.attn_k.weight"), (error.Error, error.Field));
    }

    private static string Write(TemporaryFolder folder, List<(string, int[], float[])> tensors)
    {
        folder.Write("adapter_config.json", System.Text.Encoding.UTF8.GetBytes($$"""{"peft_type":"LORA","r":{{tensors[0].Item2[0]}},"lora_alpha":2}"""));
        folder.Write("adapter_model.safetensors", SafetensorsBuilder.Of([.. tensors]));
        return folder.Path;
    }

    private float[] Logits(string? folder)
    {
        using var adapter = folder is null ? null : Adapter.Load(folder, model);
        using var sequence = model.CreateSequence();
        sequence.Use(adapter);
        return sequence.Prefill(Ids).ToArray();
    }
}
