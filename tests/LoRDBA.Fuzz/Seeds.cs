using System.IO.Compression;
using System.Text;
using System.Text.Json;
using LoRDBA.Fuzz.Targets;
using LoRDBA.Runtime.Adapters.Dbf;
using LoRDBA.Runtime.Adapters.Lordba;
using LoRDBA.Runtime.Blocks;
using LoRDBA.Runtime.Tests.Adapters;
using LoRDBA.Runtime.Tests.Tokenization;
using LoRDBA.Tests;

namespace LoRDBA.Fuzz;

/// <summary>Sound inputs of each target, from which the fuzzer begins: as small as they can be with everything in them.</summary>
internal static class Seeds
{
    private const string ChatTests = "tests/LoRDBA.Runtime.Tests/Chat";

    private static readonly TinyVocabulary BytePairs = new()
    {
        Tokens = ["a", "b", "c", "Ġ", "ab", "Ġab", "abc", "Ã", "©", "<|x|>", "<tool>", "Ċ", "1"],
        Types = [1, 1, 1, 1, 1, 1, 1, 1, 1, 3, 4, 1, 1],
        Merges = ["a b", "Ġ ab", "ab c"],
        Ids = [("bos", 9), ("eos", 9)],
        AddBos = true,
        ChatTemplate = "{{ messages }}",
    };

    private static readonly TinyVocabulary SentencePiece = new()
    {
        Model = "llama",
        Tokens = ["<unk>", "<s>", "</s>", "<0xC3>", "<0xA9>", "<0x0A>", "▁", "a", "b", "ab", "▁a", "bb", "abab", "▁▁"],
        Types = [2, 3, 3, 6, 6, 6, 1, 1, 1, 1, 1, 1, 1, 1],
        Scores = [0, 0, 0, 0, 0, 0, -20, -21, -22, -3, -2, -4, -1, -3],
        Ids = [("bos", 1), ("eos", 2)],
    };

    /// <summary>Metadata of every type, and a model of one layer of 32 in each family.</summary>
    public static IEnumerable<byte[]> Gguf()
    {
        yield return new GgufBuilder()
            .Key("u8", 0, (byte)1).Key("i8", 1, (sbyte)-1).Key("u16", 2, (ushort)1).Key("i16", 3, (short)-1).Key("u32", 4, 1u).Key("i32", 5, -1).Key("f32", 6, 1f)
            .Key("bool", 7, true).Key("text", 8, GgufBuilder.Text("é")).Key("u64", 10, 1ul).Key("i64", 11, -1L).Key("f64", 12, 1.0)
            .Key("texts", 9, 8u, 2ul, GgufBuilder.Text("a"), GgufBuilder.Text("")).Key("numbers", 9, 5u, 3ul, 1, 2, 3).Key("bools", 9, 7u, 2ul, true, false)
            .Key("general.alignment", 4, 32u)
            .Tensor("a", 0, [2, 2, 2, 2], 0).Tensor("b", 2, [32, 2], 64).Tensor("c", 12, [256], 128).Data(288).ToArray();
        yield return Model("llama").ToArray();
        yield return Model("qwen2", (model, layer) =>
        {
            foreach (var (name, width) in new[] { ("q", 32L), ("k", 16), ("v", 16) }) model.Shapes[$"{layer}.attn_{name}.bias"] = [width];
            model.Metadata["qwen2.rope.scaling.type"] = "yarn";
            model.Metadata["qwen2.rope.scaling.factor"] = 4f;
            model.Metadata["qwen2.rope.scaling.original_context_length"] = 32u;
        }).ToArray();
        yield return Model("qwen3", (model, layer) =>
        {
            (model.Shapes[$"{layer}.attn_q_norm.weight"], model.Shapes[$"{layer}.attn_k_norm.weight"]) = ([16], [16]);
            model.Shapes["rope_freqs.weight"] = [8];
        }).ToArray();
        yield return Bytes(BytePairs);
    }

    /// <summary>The file made by hand, and adapters for the tiny model: a linear with each code, all of a layer.</summary>
    public static IEnumerable<byte[]> Lordba()
    {
        yield return new LordbaBuilder().ToArray();
        using var model = new TinyModel().Load();
        LordbaFactors Factors(int index, int rank, int outBits, int inBits) =>
            RandomFactors.Create(model.Linears[index].Name, model.Linears[index].NIn, model.Linears[index].NOut, rank, outBits, inBits, index);
        foreach (var (outBits, inBits) in new[] { (3, 0), (4, 4), (8, 16), (16, 3) })
            yield return LordbaWriter.ToArray(RandomFactors.Header(LordbaBase.Of(model), "MIT", new LordbaTraining("sgd", model.Fingerprint, 3, 2, 1)), [Factors(outBits % 7, 1, outBits, inBits)]);
        yield return LordbaWriter.ToArray(RandomFactors.Header(LordbaBase.Of(model)), [.. Enumerable.Range(0, 7).Select(index => Factors(index, 2 + index, 4, index % 2 * 3))]);
    }

    /// <summary>Pairs for one linear of the tiny model, with the plainest configuration and the fullest.</summary>
    public static IEnumerable<byte[]> Peft()
    {
        const string query = "base_model.model.model.layers.0.self_attn.q_proj", down = "base_model.model.model.layers.1.mlp.down_proj";
        var weights = SafetensorsBuilder.Of([($"{query}.lora_A.weight", [1, 64], new float[64]), ($"{query}.lora_B.weight", [64, 1], new float[64])]);
        yield return Target.Join("""{"peft_type":"LORA","r":1,"lora_alpha":2}"""u8, weights);
        const string half = $$$"""{"{{{down}}}.lora_A.weight":{"dtype":"F16","shape":[2,96],"data_offsets":[0,384]},"{{{down}}}.lora_B.weight":{"dtype":"BF16","shape":[64,2],"data_offsets":[384,640]}} """;
        yield return Target.Join("""
            {"peft_type":"LORA","r":8,"lora_alpha":2.5,"use_rslora":true,"bias":"none","init_lora_weights":true,"base_model_name_or_path":"x/y","target_modules":["q_proj"],"modules_to_save":null,
            "rank_pattern":{"down_proj":2,"layers.(0|3).self_attn.[qk]_proj":4},"alpha_pattern":{".*_proj":1e1}}
            """u8, SafetensorsBuilder.File(half, new byte[640]));
        yield return Target.Join("""{"fine_tune_type":"lora","model":"x/y","lora_parameters":{"rank":1,"scale":20.0,"dropout":0.0}}"""u8,
            SafetensorsBuilder.Of([("model.layers.0.self_attn.q_proj.lora_a", [64, 1], new float[64]), ("model.layers.0.self_attn.q_proj.lora_b", [1, 64], new float[64])]));
    }

    /// <summary>One module of the tiny model, as torch saves it.</summary>
    public static IEnumerable<byte[]> Archive()
    {
        yield return new DbfBuilder().Add("model.layers.0.self_attn.q_proj", 64, 64, 3).ToArray();
        yield return TorchBuilder.Archive([("data.pkl", new PickleWriter().BeginDictionary().EndDictionary().Finish()), (".format_version", "1"u8.ToArray()), ("byteorder", "little"u8.ToArray())]);
    }

    /// <summary>The pickles of these.</summary>
    public static IEnumerable<byte[]> Pickle()
    {
        foreach (var archive in Archive())
        {
            using var zip = new ZipArchive(new MemoryStream(archive));
            using var pickle = zip.Entries.First(entry => entry.Name == "data.pkl").Open();
            using var bytes = new MemoryStream();
            pickle.CopyTo(bytes);
            yield return bytes.ToArray();
        }
    }

    /// <summary>The templates of the tests.</summary>
    public static IEnumerable<byte[]> Chat()
    {
        using var renderings = JsonDocument.Parse(File.ReadAllBytes($"{ChatTests}/Jinja/renderings.json"));
        foreach (var row in renderings.RootElement.EnumerateArray()) yield return Encoding.UTF8.GetBytes(row[0].GetString()!);
        foreach (var file in Directory.GetFiles($"{ChatTests}/Templates", "*.jinja").Order(StringComparer.Ordinal)) yield return File.ReadAllBytes(file);
    }

    /// <summary>A text for a vocabulary of each kind, and for each pre-tokenizer.</summary>
    public static IEnumerable<byte[]> Tokenizer()
    {
        yield return Target.Join(" abab\n\né aé<s>b"u8, Bytes(SentencePiece));
        foreach (var pre in new[] { "gpt-2", "smollm", "llama-bpe", "qwen2", "default" })
            yield return Target.Join("ab abc<|x|> 123é's\r\n  <tool>a"u8, Bytes(BytePairs with { Pre = pre }));
    }

    private static TinyModel Model(string family, Action<TinyModel, string>? more = null)
    {
        const uint width = 32;
        const string layer = "blk.0";
        var model = new TinyModel
        {
            Type = GgmlType.Q4_0,
            Shapes =
            {
                ["token_embd.weight"] = [width, 4], ["output_norm.weight"] = [width], [$"{layer}.attn_norm.weight"] = [width], [$"{layer}.ffn_norm.weight"] = [width],
                [$"{layer}.attn_q.weight"] = [width, 32], [$"{layer}.attn_k.weight"] = [width, 16], [$"{layer}.attn_v.weight"] = [width, 16], [$"{layer}.attn_output.weight"] = [32, width],
                [$"{layer}.ffn_gate.weight"] = [width, 32], [$"{layer}.ffn_up.weight"] = [width, 32], [$"{layer}.ffn_down.weight"] = [32, width],
            },
        };
        foreach (var name in model.Shapes.Keys.Where(name => name.StartsWith(layer, StringComparison.Ordinal)).ToList()) model.Shapes[name.Replace(layer, "blk.1")] = null;
        model.Metadata.Clear();
        (model.Metadata["general.architecture"], model.Metadata["general.name"]) = (family, "tiny");
        foreach (var (key, value) in new (string, object)[]
        {
            ("block_count", 1u), ("context_length", 64u), ("embedding_length", width), ("feed_forward_length", 32u), ("attention.head_count", 2u), ("attention.head_count_kv", 1u),
            ("attention.key_length", 16u), ("attention.layer_norm_rms_epsilon", 1e-5f), ("rope.dimension_count", 16u), ("rope.freq_base", 10_000f),
        }) model.Metadata[$"{family}.{key}"] = value;
        more?.Invoke(model, layer);
        return model;
    }

    private static byte[] Bytes(TinyVocabulary vocabulary)
    {
        using var file = vocabulary.Build();
        return file.Bytes.ToArray();
    }
}
