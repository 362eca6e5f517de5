using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Inference;
using LoRDBA.Runtime.Kernels;
using LoRDBA.Runtime.Models;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests.Models;

/// <summary>
/// What families can differ in, on models of a few kilobytes beside <see cref="PlainTransformer"/>: the rows of the table, every option alone,
/// and random ones together. 100 tokens cross windows and blocks of 64 positions; 40 logits end within a register of 16.
/// </summary>
public sealed class ModelFamilyTests
{
    private const int Window = 20;

    private static readonly int[] Ids = [.. Enumerable.Range(0, 100).Select(i => (i * 17 + i * i % 7) % TinyModel.NVocab)];

    /// <summary>A family, how many layers to give it, its optional keys, and what it must compute.</summary>
    private sealed record Case(ModelFamily Family, int Layers, Dictionary<string, object> Keys, PlainOptions Options);

    [Theory]
    [InlineData("llama")]
    [InlineData("qwen2")]
    [InlineData("qwen3")]
    [InlineData("smollm3")]
    [InlineData("granite")]
    [InlineData("olmo2")]
    [InlineData("olmo2 with windows")]
    [InlineData("gemma3")]
    [InlineData("gemma3 without windows")]
    public void A_row_of_the_table_computes_what_its_family_does(string name) => Check(Row(name));

    [Theory]
    [InlineData("norms after blocks")]
    [InlineData("norms before and after")]
    [InlineData("norms of heads")]
    [InlineData("norms of rows")]
    [InlineData("gelu")]
    [InlineData("embedding by width")]
    [InlineData("embedding scale")]
    [InlineData("attention scale")]
    [InlineData("residual scale")]
    [InlineData("logit scale")]
    [InlineData("attention soft cap")]
    [InlineData("logit soft cap")]
    [InlineData("windows")]
    [InlineData("windows with a rope of their own")]
    [InlineData("layers without rope")]
    public void An_option_alone_does_what_it_says(string option) => Check(With(Plain(), option));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void Options_go_together(int seed)
    {
        var random = new Random(seed);
        var all = typeof(ModelFamilyTests).GetMethod(nameof(An_option_alone_does_what_it_says))!.GetCustomAttributes(typeof(InlineDataAttribute), inherit: false)
            .Select(data => (string)((InlineDataAttribute)data).Data[0]!).ToArray();
        Check(all.Where(_ => random.Next(2) == 0).Aggregate(Plain(), With));
    }

    [Theory]
    [InlineData("granite")]
    [InlineData("olmo2 with windows")]
    [InlineData("gemma3")]
    public void Neither_batch_length_nor_threads_change_a_bit(string name)
    {
        var tested = Row(name);
        using var model = Model.Load(File(tested), tested.Family);
        float[] Logits(bool oracle, int batch, int threads)
        {
            using var sequence = model.CreateSequence(engineOptions: new() { Oracle = oracle, BatchLength = batch, Threads = threads });
            return sequence.Prefill(Ids).ToArray();
        }

        foreach (var oracle in (bool[])[false, true])
        {
            var expected = Logits(oracle, batch: 128, threads: 1);
            Assert.Equal(expected, Logits(oracle, batch: 64, threads: 2));
            Assert.Equal(expected, Logits(oracle, batch: 5, threads: 3));
            Assert.Equal(expected, Logits(oracle, batch: 1, threads: 3));
        }
    }

    private static void Check(Case tested)
    {
        var file = File(tested);
        var plain = new PlainTransformer(file, tested.Layers, tested.Options);
        var expected = Ids.Select(plain.Next).ToArray();
        using var model = Model.Load(file, tested.Family);
        AssertLogits(model, new() { Oracle = true, Threads = 2 }, expected, bound: 1e-3);
        // Inputs of products in whole numbers, keys and values in 16 bits.
        AssertLogits(model, new() { Threads = 2, BatchLength = 32 }, expected, bound: 0.05);
    }

    /// <summary>Every logit within <paramref name="bound"/> of the standard deviation of all.</summary>
    private static void AssertLogits(Model model, EngineOptions options, double[][] expected, double bound)
    {
        var all = expected.SelectMany(row => row).ToArray();
        var mean = all.Average();
        var spread = Math.Sqrt(all.Average(x => (x - mean) * (x - mean)));
        using var sequence = model.CreateSequence(engineOptions: options);
        var worst = 0.0;
        sequence.PrefillAll(Ids, (position, logits) =>
        {
            for (var i = 0; i < logits.Length; i++) worst = Math.Max(worst, Math.Abs(logits[i] - expected[position][i]) / spread);
        });
        TestContext.Current.TestOutputHelper?.WriteLine($"worst error {worst:G3} of the spread");
        Assert.InRange(worst, 0, bound);
    }

    private static Case Plain() => new(new("llama", RopePairs.Neighbours), Layers: 3, Keys: [], new PlainOptions());

    private static Case Row(string name)
    {
        var family = ModelFamily.Of(name.Split(' ')[0], "test");
        bool IsGlobal(int layer, int period) => (layer + 1) % period == 0;
        return name switch
        {
            "llama" => new(family, 2, [], new PlainOptions()),
            "qwen2" => new(family, 2, [], new PlainOptions { TurnsHalves = true }),
            "qwen3" => new(family, 2, [], new PlainOptions { TurnsHalves = true, NormsHeads = true }),
            "smollm3" => new(family, 5, [], new PlainOptions { RopeBaseOf = layer => layer == 3 ? null : 10_000 }),
            "granite" => new(
                family, 2, new() { ["embedding_scale"] = 12f, ["attention.scale"] = 0.0625f, ["residual_scale"] = 0.22f, ["logit_scale"] = 8f },
                new PlainOptions { EmbeddingScale = 12, AttentionScale = 0.0625, ResidualScale = 0.22f, LogitScale = 8 }),
            "olmo2" => new(family, 2, [], new PlainOptions { TurnsHalves = true, NormsBefore = false, NormsAfter = true, NormsRows = true }),
            "olmo2 with windows" => new(
                family, 5, new() { ["attention.sliding_window"] = (uint)Window, ["rope.freq_base"] = 500f, ["rope.scaling.type"] = "linear", ["rope.scaling.factor"] = 4f },
                new PlainOptions
                {
                    TurnsHalves = true,
                    NormsBefore = false,
                    NormsAfter = true,
                    NormsRows = true,
                    WindowOf = layer => IsGlobal(layer, 4) ? int.MaxValue : Window,
                    RopeBaseOf = _ => 500,
                    RopeFactorOf = layer => IsGlobal(layer, 4) ? 4 : 1,
                }),
            "gemma3" => new(
                family, 7, new() { ["attention.sliding_window"] = (uint)Window, ["rope.freq_base"] = 1e6f, ["rope.scaling.type"] = "linear", ["rope.scaling.factor"] = 8f },
                Gemma3 with
                {
                    WindowOf = layer => IsGlobal(layer, 6) ? int.MaxValue : Window,
                    RopeBaseOf = layer => IsGlobal(layer, 6) ? 1e6 : 10_000,
                    RopeFactorOf = layer => IsGlobal(layer, 6) ? 8 : 1,
                }),
            "gemma3 without windows" => new(family, 2, new() { ["final_logit_softcapping"] = 3f }, Gemma3 with { LogitCap = 3 }),
            _ => throw new ArgumentException(name),
        };
    }

    private static readonly PlainOptions Gemma3 = new() { TurnsHalves = true, NormsAfter = true, NormsHeads = true, IsGelu = true, EmbeddingScale = Math.Sqrt(TinyModel.NEmbd) };

    private static Case With(Case to, string option)
    {
        var (family, layers, keys, plain) = to;
        Case Key(FamilyKeys key, string name, float value, PlainOptions result) =>
            new(family with { Keys = family.Keys | key }, layers, new(keys) { [name] = value }, result);
        return option switch
        {
            "norms after blocks" => to with { Family = family with { Norms = BlockNorms.After }, Options = plain with { NormsBefore = false, NormsAfter = true } },
            "norms before and after" => to with { Family = family with { Norms = BlockNorms.Before | BlockNorms.After }, Options = plain with { NormsBefore = true, NormsAfter = true } },
            "norms of heads" => to with { Family = family with { QkNorm = QkNorm.Heads }, Options = plain with { NormsHeads = true } },
            "norms of rows" => to with { Family = family with { QkNorm = QkNorm.Rows }, Options = plain with { NormsHeads = false, NormsRows = true } },
            "gelu" => to with { Family = family with { Activation = Activation.Gelu }, Options = plain with { IsGelu = true } },
            "embedding by width" => to with { Family = family with { ScalesEmbeddingByWidth = true }, Options = plain with { EmbeddingScale = 8 } },
            "embedding scale" => Key(FamilyKeys.EmbeddingScale, "embedding_scale", 5, plain with { EmbeddingScale = family.ScalesEmbeddingByWidth ? 8 : 5 }),
            "attention scale" => Key(FamilyKeys.AttentionScale, "attention.scale", 0.75f, plain with { AttentionScale = 0.75 }),
            "residual scale" => Key(FamilyKeys.ResidualScale, "residual_scale", 0.5f, plain with { ResidualScale = 0.5 }),
            "logit scale" => Key(FamilyKeys.LogitScale, "logit_scale", 4, plain with { LogitScale = 4 }),
            "attention soft cap" => Key(FamilyKeys.AttentionSoftCap, "attn_logit_softcapping", 0.5f, plain with { AttentionCap = 0.5 }),
            "logit soft cap" => Key(FamilyKeys.LogitSoftCap, "final_logit_softcapping", 0.75f, plain with { LogitCap = 0.75 }),
            "windows" => new(
                family with { WindowPeriod = 2 }, layers, new(keys) { ["attention.sliding_window"] = (uint)Window },
                plain with { WindowOf = layer => layer % 2 == 1 ? int.MaxValue : Window }),
            "windows with a rope of their own" => new(
                family with { WindowPeriod = 2, HasWindowedRope = true }, layers, new(keys) { ["attention.sliding_window"] = (uint)Window, ["rope.freq_base_swa"] = 300f },
                plain with { WindowOf = layer => layer % 2 == 1 ? int.MaxValue : Window, RopeBaseOf = layer => layer % 2 == 1 ? 10_000 : 300 }),
            "layers without rope" => to with { Family = family with { NoRopePeriod = 2 }, Options = plain with { RopeBaseOf = layer => layer % 2 == 1 ? null : plain.RopeBaseOf(layer) } },
            _ => throw new ArgumentException(option),
        };
    }

    /// <summary>The model's file: a <see cref="TinyModel"/> with the family's tensors and the case's keys.</summary>
    private static GgufFile File(Case tested)
    {
        var family = tested.Family;
        var tiny = new TinyModel();
        foreach (var (key, value) in tiny.Metadata.Where(pair => pair.Key.StartsWith("llama.", StringComparison.Ordinal)).ToArray())
        {
            tiny.Metadata.Remove(key);
            tiny.Metadata[$"{family.Name}.{key["llama.".Length..]}"] = value;
        }
        tiny.Metadata["general.architecture"] = family.Name;
        tiny.Metadata[$"{family.Name}.block_count"] = (uint)tested.Layers;
        tiny.Metadata[$"{family.Name}.context_length"] = 256u;
        foreach (var (key, value) in tested.Keys) tiny.Metadata[$"{family.Name}.{key}"] = value;

        const long embd = TinyModel.NEmbd, ff = TinyModel.NFf, q = TinyModel.NHead * TinyModel.HeadDim, kv = TinyModel.NHeadKv * TinyModel.HeadDim;
        for (var layer = 0; layer < tested.Layers; layer++)
        {
            void Put(string name, bool isThere, params long[] shape) => tiny.Shapes[$"blk.{layer}.{name}"] = isThere ? shape : null;

            bool before = tested.Options.NormsBefore, after = tested.Options.NormsAfter, rows = tested.Options.NormsRows, heads = tested.Options.NormsHeads;
            Put("attn_norm.weight", before, embd);
            Put("ffn_norm.weight", before, embd);
            Put("post_attention_norm.weight", after, embd);
            Put("post_ffw_norm.weight", after, embd);
            Put("attn_q_norm.weight", rows || heads, rows ? q : TinyModel.HeadDim);
            Put("attn_k_norm.weight", rows || heads, rows ? kv : TinyModel.HeadDim);
            foreach (var (name, length) in new[] { ("attn_q", q), ("attn_k", kv), ("attn_v", kv) })
            {
                Put($"{name}.weight", isThere: true, embd, length);
                Put($"{name}.bias", family.HasQkvBias, length);
            }
            Put("attn_output.weight", isThere: true, q, embd);
            Put("ffn_gate.weight", isThere: true, embd, ff);
            Put("ffn_up.weight", isThere: true, embd, ff);
            Put("ffn_down.weight", isThere: true, ff, embd);
        }
        return GgufFile.FromBytes(tiny.ToArray(), "tiny model");
    }
}
