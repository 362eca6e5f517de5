using LoRDBA.Runtime.Blocks;
using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Kernels;
using LoRDBA.Runtime.Models;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests.Models;

/// <summary>A family on a tiny model.</summary>
/// <param name="Family">A row of the table, or one of the test's own, which then is called llama.</param>
/// <param name="Layers">How many the model has.</param>
/// <param name="Keys">Optional metadata keys, without the family's prefix.</param>
/// <param name="Options">What it must compute.</param>
internal sealed record FamilyCase(ModelFamily Family, int Layers, Dictionary<string, object> Keys, PlainOptions Options)
{
    /// <summary>The widths of its matrices.</summary>
    public TinyShape Shape { get; init; } = TinyShape.Usual;

    /// <summary>Whether the head is a matrix of its own.</summary>
    public bool OwnOutput { get; init; }

    /// <summary>Whether there are tensors of factors for short and for long contexts.</summary>
    public bool HasRopeFactors { get; init; }

    private const int Window = 20;

    private static readonly PlainOptions Gemma3 = new()
    {
        TurnsHalves = true,
        NormsAfter = true,
        NormsHeads = true,
        IsGelu = true,
    };

    private static readonly PlainOptions Phi3 = new() { TurnsHalves = true, FusesInputs = true };

    /// <summary>What <see cref="Row(string, TinyShape?)"/> takes.</summary>
    public static string[] RowNames { get; } =
        ["llama", "qwen2", "qwen3", "phi3", "phi3 with short factors", "phi3 with long factors", "smollm3", "granite", "olmo2", "olmo2 with windows", "gemma3", "gemma3 without windows", "gemma3 of 62 layers"];

    /// <summary>As llama.</summary>
    public static FamilyCase Plain { get; } = new(new("llama", RopePairs.Neighbours), Layers: 3, Keys: [], new PlainOptions());

    /// <summary>A row of the table, with the keys that its models have.</summary>
    public static FamilyCase Row(string name, TinyShape? shape = null)
    {
        shape ??= TinyShape.Usual;
        return Make(name, shape) with { Shape = shape };
    }

    private static FamilyCase Make(string name, TinyShape shape)
    {
        var family = ModelFamily.Of(name.Split(' ')[0], "test");
        bool IsGlobal(int layer, int period) => (layer + 1) % period == 0;
        return name switch
        {
            "llama" => new(family, 2, [], new PlainOptions()),
            "qwen2" => new(family, 2, [], new PlainOptions { TurnsHalves = true }),
            "qwen3" => new(family, 2, [], new PlainOptions { TurnsHalves = true, NormsHeads = true }),
            "phi3" => new(family, 2, [], Phi3),
            "phi3 with windows" => new(family, 2, new() { ["attention.sliding_window"] = (uint)Window }, Phi3 with { WindowOf = _ => Window }),
            "phi3 with short factors" => LongRope(family, originalContext: 4096, i => 1 + 0.1 * i),
            "phi3 with long factors" => LongRope(family, originalContext: 50, i => 2 + 0.7 * i),
            "smollm3" => new(family, 5, [], new PlainOptions { RopeBaseOf = layer => layer == 3 ? null : 10_000 }),
            "granite" => new(
                family, 2, new() { ["embedding_scale"] = 12f, ["attention.scale"] = 0.0625f, ["residual_scale"] = 0.22f, ["logit_scale"] = 8f },
                new PlainOptions { EmbeddingScale = 12, AttentionScale = 0.0625, ResidualScale = 0.22f, LogitScale = 8 }),
            "olmo2" => new(family, 2, [], new PlainOptions { TurnsHalves = true, NormsBefore = false, NormsAfter = true, NormsRows = true }) { OwnOutput = true },
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
                })
            { OwnOutput = true },
            "gemma3" => new(
                family, 7, new() { ["attention.sliding_window"] = (uint)Window, ["rope.freq_base"] = 1e6f, ["rope.scaling.type"] = "linear", ["rope.scaling.factor"] = 8f },
                Gemma3 with
                {
                    EmbeddingScale = Math.Sqrt(shape.NEmbd),
                    WindowOf = layer => IsGlobal(layer, 6) ? int.MaxValue : Window,
                    RopeBaseOf = layer => IsGlobal(layer, 6) ? 1e6 : 10_000,
                    RopeFactorOf = layer => IsGlobal(layer, 6) ? 8 : 1,
                }),
            "gemma3 without windows" => new(family, 2, new() { ["final_logit_softcapping"] = 3f }, Gemma3 with { EmbeddingScale = Math.Sqrt(shape.NEmbd), LogitCap = 3 }),
            // Known by its number of layers: this size's heads are narrower than n_embd / n_head.
            "gemma3 of 62 layers" => new(
                family, 62, [], Gemma3 with { EmbeddingScale = Math.Sqrt(shape.NEmbd), AttentionScale = 1 / Math.Sqrt((double)shape.NEmbd / shape.NHead) }),
            _ => throw new ArgumentException(name),
        };
    }

    /// <summary>Two lists of factors, of which the context's length chooses one.</summary>
    private static FamilyCase LongRope(ModelFamily family, uint originalContext, Func<int, double> chosen) => new(
        family, 2, new() { ["rope.scaling.original_context_length"] = originalContext, ["rope.scaling.attn_factor"] = 1.19f },
        Phi3 with { RopeDivisorOf = chosen, RopeMagnitude = 1.19f })
    {
        HasRopeFactors = true,
    };

    /// <summary>The same with one more of the options that the tests name.</summary>
    public FamilyCase With(string option)
    {
        var (family, layers, keys, plain) = this;
        FamilyCase Key(FamilyKeys key, string name, float value, PlainOptions result) =>
            new(family with { Keys = family.Keys | key }, layers, new(keys) { [name] = value }, result);
        return option switch
        {
            "norms after blocks" => this with { Family = family with { Norms = BlockNorms.After }, Options = plain with { NormsBefore = false, NormsAfter = true } },
            "norms before and after" => this with { Family = family with { Norms = BlockNorms.Before | BlockNorms.After }, Options = plain with { NormsBefore = true, NormsAfter = true } },
            "norms of heads" => this with { Family = family with { QkNorm = QkNorm.Heads }, Options = plain with { NormsHeads = true } },
            "norms of rows" => this with { Family = family with { QkNorm = QkNorm.Rows }, Options = plain with { NormsHeads = false, NormsRows = true } },
            "gelu" => this with { Family = family with { Activation = Activation.Gelu }, Options = plain with { IsGelu = true } },
            "embedding by width" => this with { Family = family with { ScalesEmbeddingByWidth = true }, Options = plain with { EmbeddingScale = 8 } },
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
            "layers without rope" => this with { Family = family with { NoRopePeriod = 2 }, Options = plain with { RopeBaseOf = layer => layer % 2 == 1 ? null : plain.RopeBaseOf(layer) } },
            _ => throw new ArgumentException(option),
        };
    }

    /// <summary>The logits after each of these tokens, by definition.</summary>
    public double[][] Plainly(GgufFile file, int[] ids, PlainOptions options)
    {
        var plain = new PlainTransformer(file, Layers, Shape, options);
        return [.. ids.Select(plain.Next)];
    }

    /// <summary>The model's file, loaded; without <paramref name="missing"/>.</summary>
    public GgufFile File(string? missing = null) => GgufFile.FromBytes(Bytes(missing: missing), "tiny model");

    /// <summary>The model's file: a <see cref="TinyModel"/> with the family's tensors and the case's keys.</summary>
    public byte[] Bytes(GgmlType type = GgmlType.Q8_0, string? missing = null)
    {
        // llama.cpp loads no model without a vocabulary.
        var tiny = new TinyModel
        {
            Type = type,
            Change = (name, values) =>
            {
                for (var i = 0; i < values.Length; i++)
                {
                    if (name == ModelWeights.ShortRopeFactors) values[i] = (float)(1 + 0.1 * i);
                    if (name == ModelWeights.LongRopeFactors) values[i] = (float)(2 + 0.7 * i);
                }
            },
            More = writer => writer
                .Add("tokenizer.ggml.model", "gpt2")
                .Add("tokenizer.ggml.pre", "gpt-2")
                .AddArray("tokenizer.ggml.tokens", Enumerable.Range(0, Shape.NVocab).Select(id => $"token{id}").ToArray())
                .AddArray("tokenizer.ggml.merges", ["t o"]),
        };
        tiny.Metadata.Clear();
        tiny.Metadata["general.architecture"] = Family.Name;
        void Key(string key, object value) => tiny.Metadata[$"{Family.Name}.{key}"] = value;
        Key("block_count", (uint)Layers);
        Key("context_length", 256u);
        Key("embedding_length", (uint)Shape.NEmbd);
        Key("feed_forward_length", (uint)Shape.NFf);
        Key("attention.head_count", (uint)Shape.NHead);
        Key("attention.head_count_kv", (uint)Shape.NHeadKv);
        Key("attention.key_length", (uint)Shape.HeadDim);
        Key("attention.value_length", (uint)Shape.HeadDim);
        Key("attention.layer_norm_rms_epsilon", 1e-5f);
        Key("rope.dimension_count", (uint)Shape.HeadDim);
        foreach (var (key, value) in Keys) Key(key, value);

        long embd = Shape.NEmbd, ff = Shape.NFf, q = Shape.NHead * Shape.HeadDim, kv = Shape.NHeadKv * Shape.HeadDim;
        tiny.Shapes["token_embd.weight"] = [embd, Shape.NVocab];
        tiny.Shapes["output_norm.weight"] = [embd];
        if (OwnOutput) tiny.Shapes["output.weight"] = [embd, Shape.NVocab];
        for (var layer = 0; layer < Layers; layer++)
        {
            void Put(string name, bool isThere, params long[] shape) => tiny.Shapes[$"blk.{layer}.{name}"] = isThere ? shape : null;

            bool before = Options.NormsBefore, after = Options.NormsAfter, rows = Options.NormsRows, heads = Options.NormsHeads;
            Put("attn_norm.weight", before, embd);
            Put("ffn_norm.weight", before, embd);
            Put("post_attention_norm.weight", after, embd);
            Put("post_ffw_norm.weight", after, embd);
            Put("attn_q_norm.weight", rows || heads, rows ? q : Shape.HeadDim);
            Put("attn_k_norm.weight", rows || heads, rows ? kv : Shape.HeadDim);
            Put("attn_qkv.weight", Options.FusesInputs, embd, q + 2 * kv);
            foreach (var (name, length) in new[] { ("attn_q", q), ("attn_k", kv), ("attn_v", kv) })
            {
                Put($"{name}.weight", !Options.FusesInputs, embd, length);
                Put($"{name}.bias", Family.HasQkvBias, length);
            }
            Put("attn_output.weight", isThere: true, q, embd);
            Put("ffn_gate.weight", !Options.FusesInputs, embd, ff);
            Put("ffn_up.weight", isThere: true, embd, Options.FusesInputs ? 2 * ff : ff);
            Put("ffn_down.weight", isThere: true, ff, embd);
        }
        if (HasRopeFactors) tiny.Shapes[ModelWeights.ShortRopeFactors] = tiny.Shapes[ModelWeights.LongRopeFactors] = [Shape.HeadDim / 2];
        if (missing is not null) tiny.Shapes[missing] = null;
        return tiny.ToArray();
    }
}

/// <summary>The widths of a tiny model's matrices.</summary>
internal sealed record TinyShape(int NEmbd, int NHead, int NHeadKv, int HeadDim, int NFf, int NVocab)
{
    /// <summary>A <see cref="TinyModel"/>'s.</summary>
    public static TinyShape Usual { get; } =
        new(TinyModel.NEmbd, TinyModel.NHead, TinyModel.NHeadKv, TinyModel.HeadDim, TinyModel.NFf, TinyModel.NVocab);

    /// <summary>Six heads, three for a key.</summary>
    public static TinyShape SixHeads { get; } = new(NEmbd: 96, NHead: 6, NHeadKv: 2, HeadDim: 16, NFf: 160, NVocab: 50);

    /// <summary>All heads share one key.</summary>
    public static TinyShape OneKey { get; } = new(NEmbd: 96, NHead: 3, NHeadKv: 1, HeadDim: 32, NFf: 224, NVocab: 33);

    /// <summary>Heads of a width that is no power of two, wider together than the residual stream.</summary>
    public static TinyShape WideHeads { get; } = new(NEmbd: 96, NHead: 6, NHeadKv: 2, HeadDim: 24, NFf: 160, NVocab: 50);
}
