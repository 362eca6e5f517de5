using System.Text;
using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Adapters.Lora;
using LoRDBA.Runtime.Adapters.Lordba;
using LoRDBA.Runtime.Adapters.Peft;
using LoRDBA.Runtime.Blocks;
using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Memory;
using LoRDBA.Runtime.Models;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests.Adapters.Lora;

/// <summary>LoRAs in GGUF: a case by hand, the ways through GGUF and PEFT and back, and what is refused.</summary>
public sealed class GgufLoraTests : IDisposable
{
    private const string Weight = "blk.0.attn_k.weight"; // 64 -> 32
    private readonly TemporaryFolder folder = new();
    private readonly Model model = new TinyModel { Type = GgmlType.F32 }.Load();

    public void Dispose()
    {
        model.Dispose();
        folder.Dispose();
    }

    /// <summary>Rank 2, alpha 3: scaling 1.5. A's row k is all k + 1; B's row o is (o, 1).</summary>
    [Fact]
    public void Factors_and_scaling_are_read_as_llama_cpp_stores_them()
    {
        using var adapter = Load(Good());
        var factors = adapter.FactorsOf(Linear(Weight))!;

        Assert.Equal((AdapterKind.Lora, "by hand", 1.5f, 2), (adapter.Kind, adapter.Name, factors.Scaling, factors.Rank));
        Assert.Equal(Enumerable.Repeat(2f, 64), factors.A[64..]);
        Assert.Equal(Enumerable.Range(0, 32).SelectMany(row => new[] { (float)row, 1f }), factors.B);
        Assert.Null(adapter.FactorsOf(Linear("blk.1.attn_k.weight")));
        Assert.Equal(Sha256Digest.Of(File.ReadAllBytes(Path.Combine(folder.Path, "lora.gguf"))), adapter.Digest);
    }

    [Fact]
    public void An_alpha_of_zero_leaves_the_product_as_it_is_with_a_notice()
    {
        using var adapter = Load(Good(alpha: 0f));
        Assert.Equal(1, adapter.FactorsOf(Linear(Weight))!.Scaling);
        Assert.Contains("adapter.lora.alpha is 0", adapter.Notice, StringComparison.Ordinal);
    }

    /// <summary>Ranks 3 and 2, scalings 2 and 0.5, all linears of a model with rotated neighbours: what is written is what was read, row for row.</summary>
    [Fact]
    public void Through_GGUF_and_back_to_PEFT_every_branch_stays_what_it_is()
    {
        using var peft = Load("""{"peft_type":"LORA","r":3,"lora_alpha":6,"rank_pattern":{"down_proj":2},"alpha_pattern":{"down_proj":1}}""", linear => linear.Kind == LinearKind.Down ? 2 : 3);
        GgufLoraWriter.Save(Path.Combine(folder.Path, "one.gguf"), peft);
        using var gguf = Adapter.Load(Path.Combine(folder.Path, "one.gguf"), model);
        PeftWriter.Save(Path.Combine(folder.Path, "back"), gguf);
        using var back = Adapter.Load(Path.Combine(folder.Path, "back"), model);
        PeftWriter.Save(Path.Combine(folder.Path, "again"), peft);
        using var again = Adapter.Load(Path.Combine(folder.Path, "again"), model);

        foreach (var (expected, throughGguf, throughBoth, throughPeft) in LoraFactors.Of(peft).Zip(LoraFactors.Of(gguf), LoraFactors.Of(back)).Zip(LoraFactors.Of(again), (three, four) => (three.First, three.Second, three.Third, four)))
        {
            foreach (var actual in (LoraFactors[])[throughGguf, throughBoth, throughPeft])
            {
                Assert.Equal((expected.Linear, expected.Rank), (actual.Linear, actual.Rank));
                Assert.Equal(expected.A, actual.A);
                foreach (var (b, other) in expected.B.Zip(actual.B)) Assert.Equal(expected.Scaling * b, actual.Scaling * other, 1e-7f);
            }
            Assert.Equal(expected.Scaling, throughPeft.Scaling);
            Assert.Equal(expected.B, throughPeft.B);
        }
        Assert.Equal(14, LoraFactors.Of(back).Count);
    }

    [Fact]
    public void A_sign_branch_becomes_the_same_update()
    {
        var factors = RandomFactors.Create(Weight, 64, 32, 5, 4, 3, seed: 1);
        File.WriteAllBytes(Path.Combine(folder.Path, "a.lordba"), LordbaWriter.ToArray(RandomFactors.Header(LordbaBase.Of(model), "MIT"), [factors]));
        using var lordba = Adapter.Load(Path.Combine(folder.Path, "a.lordba"), model);
        var branch = ((LordbaAdapter)lordba).BranchOf(Linear(Weight))!;
        var lora = Assert.Single(LoraFactors.Of(lordba));

        for (var row = 0; row < 32; row++)
            for (var column = 0; column < 64; column++)
            {
                double expected = 0, actual = 0;
                for (var k = 0; k < 5; k++)
                {
                    expected += (double)branch.ScaleOut[row] * branch.SignsB[k, row] * branch.M[k] * branch.SignsA[k, column] * branch.ScaleIn[column];
                    actual += (double)lora.B[row * 5 + k] * lora.A[k * 64 + column];
                }
                Assert.Equal(expected, actual, 1e-6 * (1 + Math.Abs(expected)));
            }
    }

    [Fact]
    public void What_does_not_fit_or_is_not_supported_is_refused_by_its_code()
    {
        AssertRefused(AdapterError.WrongBase, Good(architecture: "qwen2"));
        AssertRefused(AdapterError.Unsupported, Good(type: "control_vector"));
        AssertRefused(AdapterError.Unsupported, Good().AddArray<uint>("adapter.alora.invocation_tokens", [1]));
        AssertRefused(AdapterError.BadMetadata, Good(alpha: float.NaN));
        AssertRefused(AdapterError.NoTensors, Head());
        AssertRefused(AdapterError.MissingPair, Add(Head(), Weight + ".lora_a", 64, 2));
        AssertRefused(AdapterError.MissingPair, Add(Head(), Weight + ".lora_b", 2, 32));
        AssertRefused(AdapterError.UnknownTensor, Add(Good(), "blk.0.attn_norm.weight", 64, 1));
        AssertRefused(AdapterError.UnknownTensor, Pair("blk.9.attn_k.weight", 64, 2, 32));
        AssertRefused(AdapterError.UnknownTensor, Pair("blk.0.attn_norm.weight", 64, 2, 32));
        AssertRefused(AdapterError.Unsupported, Pair("token_embd.weight", 64, 2, 40));
        AssertRefused(AdapterError.TiedOutput, Pair("output.weight", 64, 2, 40));
        AssertRefused(AdapterError.ShapeMismatch, Pair(Weight, 63, 2, 32));
        AssertRefused(AdapterError.ShapeMismatch, Pair(Weight, 64, 2, 33));
        AssertRefused(AdapterError.ShapeMismatch, Add(Add(Head(), Weight + ".lora_a", 64, 2), Weight + ".lora_b", 3, 32));
        AssertRefused(AdapterError.BadRank, Pair(Weight, 64, 4097, 32));
        AssertRefused(AdapterError.NonFiniteValue, Add(Add(Head(), Weight + ".lora_a", 64, 2), Weight + ".lora_b", 2, 32, float.NaN));
    }

    /// <summary>As llama.cpp has it.</summary>
    [Fact]
    public void Without_an_alpha_the_scaling_is_1()
    {
        var writer = new GgufWriter().Add("general.architecture", "llama").Add("general.type", "adapter").Add("adapter.type", "lora");
        using var adapter = Load(Add(Add(writer, Weight + ".lora_a", 64, 2), Weight + ".lora_b", 2, 32));
        Assert.Equal((1f, null), (adapter.FactorsOf(Linear(Weight))!.Scaling, adapter.Notice));
    }

    private static GgufWriter Head(string architecture = "llama", string type = "lora", float alpha = 3) => new GgufWriter()
        .Add("general.architecture", architecture).Add("general.type", "adapter").Add("adapter.type", type).Add("general.name", "by hand").Add("adapter.lora.alpha", alpha);

    private static GgufWriter Good(string architecture = "llama", string type = "lora", float alpha = 3) => Head(architecture, type, alpha)
        .AddTensor(Weight + ".lora_a", GgmlType.F32, [64, 2], Bytes([.. Enumerable.Repeat(1f, 64), .. Enumerable.Repeat(2f, 64)]))
        .AddTensor(Weight + ".lora_b", GgmlType.F32, [2, 32], Bytes([.. Enumerable.Range(0, 32).SelectMany(row => (float[])[row, 1])]));

    private static GgufWriter Pair(string weight, long nIn, long rank, long nOut) => Add(Add(Head(), weight + ".lora_a", nIn, rank), weight + ".lora_b", rank, nOut);

    private static GgufWriter Add(GgufWriter writer, string name, long row, long rows, float value = 1) =>
        writer.AddTensor(name, GgmlType.F32, [row, rows], Bytes([.. Enumerable.Repeat(value, (int)(row * rows))]));

    private static byte[] Bytes(float[] values) => System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(values).ToArray();

    private Linear Linear(string name) => model.Linears.Single(linear => linear.Name == name);

    private Adapter Load(GgufWriter writer) => Adapter.Load(folder.Write("lora.gguf", writer.ToArray()), model);

    private Adapter Load(string config, Func<Linear, int> rank)
    {
        var random = new Random(3);
        float[] Values(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
        folder.Write("adapter_config.json", Encoding.UTF8.GetBytes(config));
        folder.Write("adapter_model.safetensors", SafetensorsBuilder.Of([.. model.Linears.SelectMany(linear => ((string, int[], float[])[])
        [
            ($"base_model.model.{PeftNames.ModuleOf(linear)}.lora_A.weight", [rank(linear), linear.NIn], Values(rank(linear) * linear.NIn)),
            ($"base_model.model.{PeftNames.ModuleOf(linear)}.lora_B.weight", [linear.NOut, rank(linear)], Values(linear.NOut * rank(linear))),
        ])]));
        return Adapter.Load(folder.Path, model);
    }

    private void AssertRefused(AdapterError error, GgufWriter writer) => Assert.Equal(error, Assert.Throws<AdapterException>(() => Load(writer).Dispose()).Error);
}
