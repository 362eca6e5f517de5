using System.Text;
using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Adapters.Lora;
using LoRDBA.Runtime.Adapters.Peft;
using LoRDBA.Runtime.Models;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests.Adapters.Peft;

/// <summary>Folders as they are found: weights in parts, of mlx-lm, as pickles; and paths that lead beside the folder.</summary>
public sealed class PeftFolderTests : IDisposable
{
    private const string Config = """{"peft_type":"LORA","r":3,"lora_alpha":6,"base_model_name_or_path":"org/base"}""";
    private const string Mlx = """{"fine_tune_type":"lora","model":"org/base","num_layers":2,"lora_parameters":{"rank":3,"scale":2.0,"dropout":0.0},"iters":100,"test":false,"lr_schedule":null}""";

    private readonly TemporaryFolder folder = new();
    private readonly Model model = new TinyModel().Load();

    public void Dispose()
    {
        model.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void Weights_in_parts_are_one_adapter()
    {
        WriteConfig(Config);
        var tensors = Tensors();
        folder.Write("adapter_model-00001-of-00002.safetensors", SafetensorsBuilder.Of([.. tensors.Take(3)]));
        folder.Write("adapter_model-00002-of-00002.safetensors", SafetensorsBuilder.Of([.. tensors.Skip(3)]));
        using var parts = Adapter.Load(folder.Path, model);
        foreach (var part in Directory.GetFiles(folder.Path, "*.safetensors")) File.Delete(part);
        using var whole = Load(Config, tensors);
        AssertSame(whole, parts);
        Assert.NotEqual(whole.Digest, parts.Digest);
    }

    [Fact]
    public void A_part_that_is_missing_is_named()
    {
        WriteConfig(Config);
        folder.Write("adapter_model-00003-of-00003.safetensors", SafetensorsBuilder.Of(Tensors()));
        Assert.Contains("adapter_model-00001-of-00003.safetensors", AssertRefused(AdapterError.CannotOpen, folder.Path), StringComparison.Ordinal);
    }

    /// <summary>lora_a is [n_in, r] and lora_b [r, n_out]; the scale is not divided by the rank: 2 = 6 / 3.</summary>
    [Fact]
    public void An_adapter_of_mlx_is_the_LoRA_with_transposed_factors()
    {
        using var peft = Load(Config, Tensors());
        WriteConfig(Mlx);
        folder.Write("adapters.safetensors", SafetensorsBuilder.Of([.. Tensors().Select(ToMlx)]));
        using var mlx = Adapter.Load(folder.Path, model);
        AssertSame(peft, mlx);
        Assert.Equal(("org/base", null), (mlx.BaseName, mlx.Notice));
    }

    [Theory]
    [InlineData(AdapterError.Unsupported, "dora"), InlineData(AdapterError.Unsupported, "full")]
    public void Other_trainings_of_mlx_are_refused(AdapterError error, string type)
    {
        WriteConfig(Mlx.Replace("\"lora\"", $"\"{type}\"", StringComparison.Ordinal));
        folder.Write("adapters.safetensors", SafetensorsBuilder.Of([.. Tensors().Select(ToMlx)]));
        Assert.Contains("mlx_lm.fuse", AssertRefused(error, folder.Path), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(AdapterError.MissingField, """{"fine_tune_type":"lora"}"""), InlineData(AdapterError.BadConfig, """{"lora_parameters":3}""")]
    [InlineData(AdapterError.MissingField, """{"lora_parameters":{"rank":3}}"""), InlineData(AdapterError.MissingField, """{"lora_parameters":{"scale":3}}""")]
    [InlineData(AdapterError.BadConfig, """{"lora_parameters":{"rank":3,"scale":1e300}}"""), InlineData(AdapterError.BadRank, """{"lora_parameters":{"rank":0,"scale":1}}""")]
    [InlineData(AdapterError.RankMismatch, """{"lora_parameters":{"rank":4,"scale":1}}"""), InlineData(AdapterError.Unsupported, """{"use_dora":true,"lora_parameters":{"rank":3,"scale":1}}""")]
    public void A_configuration_of_mlx_that_is_not_sound_is_refused(AdapterError error, string config)
    {
        WriteConfig(config);
        folder.Write("adapters.safetensors", SafetensorsBuilder.Of([.. Tensors().Select(ToMlx)]));
        AssertRefused(error, folder.Path);
    }

    [Fact]
    public void Two_adapters_in_one_file_are_refused()
    {
        var tensors = Tensors();
        var again = tensors.Select(tensor => (tensor.Name.Replace(".weight", ".other.weight", StringComparison.Ordinal), tensor.Shape, tensor.Values));
        WriteConfig(Config);
        folder.Write("adapter_model.safetensors", SafetensorsBuilder.Of([.. tensors, .. again]));
        AssertRefused(AdapterError.DuplicateTensor, folder.Path);
    }

    [Fact]
    public void A_pickle_is_named_and_what_to_do()
    {
        WriteConfig(Config);
        folder.Write("adapter_model.bin", [1]);
        Assert.Contains("safe_serialization=True", AssertRefused(AdapterError.Unsupported, folder.Path), StringComparison.Ordinal);
    }

    [Fact]
    public void An_alpha_of_zero_is_told()
    {
        using var adapter = Load(Config.Replace(":6", ":0", StringComparison.Ordinal), Tensors());
        Assert.Contains("scaling is 0 in 3 of 3 modules", adapter.Notice, StringComparison.Ordinal);
    }

    [Fact]
    public void The_name_of_the_base_is_kept()
    {
        using var adapter = Load(Config, Tensors());
        PeftWriter.Save(Path.Combine(folder.Path, "out"), adapter);
        Assert.Contains("\"base_model_name_or_path\": \"org/base\"", File.ReadAllText(Path.Combine(folder.Path, "out", "adapter_config.json")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_path_beside_the_folder_is_told_what_it_is_and_what_to_give()
    {
        using (Load(Config, Tensors())) { }
        void Refused(string path, params string[] words) => Assert.All(words, word => Assert.Contains(word, AssertRefused(AdapterError.UnknownKind, Path.Combine(folder.Path, path)), StringComparison.Ordinal));

        Refused("adapter_config.json", "JSON", "the folder that it lies in");
        Refused("adapter_model.safetensors", "safetensors", "the folder that it lies in");
        folder.Write("adapter_model.bin", TorchBuilder.Save(TorchBuilder.Pickle("}.")));
        Refused("adapter_model.bin", "ZIP", "the folder that it lies in");
        folder.Write("old.bin", [0x80, 2, 0x8a]);
        Refused("old.bin", "pickle");

        Directory.CreateDirectory(Path.Combine(folder.Path, "runs", "checkpoint-20"));
        File.Copy(Path.Combine(folder.Path, "adapter_config.json"), Path.Combine(folder.Path, "runs", "checkpoint-20", "adapter_config.json"));
        Refused("runs", "checkpoint-20");
        Directory.CreateDirectory(Path.Combine(folder.Path, "whole"));
        folder.Write("whole/config.json", "{}"u8.ToArray());
        Refused("whole", "whole model", "GGUF");
        File.Copy(Path.Combine(folder.Path, "adapter_model.safetensors"), Path.Combine(folder.Path, "whole", "model.safetensors"));
        Refused("whole/model.safetensors", "safetensors", "a folder, with adapter_config.json");
    }

    private static (string Name, int[] Shape, float[] Values)[] Tensors()
    {
        var random = new Random(5);
        float[] Values(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];
        return [.. new[] { ("model.layers.0.self_attn.q_proj", 64, 64), ("model.layers.0.self_attn.k_proj", 64, 32), ("model.layers.1.mlp.down_proj", 96, 64) }.SelectMany(module => new[]
        {
            ($"base_model.model.{module.Item1}.lora_A.weight", new[] { 3, module.Item2 }, Values(3 * module.Item2)), ($"base_model.model.{module.Item1}.lora_B.weight", [module.Item3, 3], Values(3 * module.Item3)),
        })];
    }

    private static (string, int[], float[]) ToMlx((string Name, int[] Shape, float[] Values) tensor)
    {
        var (rows, columns) = (tensor.Shape[0], tensor.Shape[1]);
        var name = tensor.Name["base_model.model.".Length..^".weight".Length].Replace("lora_A", "lora_a", StringComparison.Ordinal).Replace("lora_B", "lora_b", StringComparison.Ordinal);
        return (name, [columns, rows], [.. Enumerable.Range(0, rows * columns).Select(i => tensor.Values[i % rows * columns + i / rows])]);
    }

    private static void AssertSame(Adapter expected, Adapter actual)
    {
        foreach (var (one, other) in LoraFactors.Of(expected).Zip(LoraFactors.Of(actual)))
        {
            Assert.Equal((one.Linear, one.Scaling), (other.Linear, other.Scaling));
            Assert.Equal(one.A, other.A);
            Assert.Equal(one.B, other.B);
        }
        Assert.Equal(3, LoraFactors.Of(actual).Count);
    }

    private void WriteConfig(string config) => folder.Write("adapter_config.json", Encoding.UTF8.GetBytes(config));

    private Adapter Load(string config, (string, int[], float[])[] tensors)
    {
        WriteConfig(config);
        folder.Write("adapter_model.safetensors", SafetensorsBuilder.Of(tensors));
        return Adapter.Load(folder.Path, model);
    }

    private string AssertRefused(AdapterError error, string path)
    {
        var refused = Assert.Throws<AdapterException>(() => Adapter.Load(path, model).Dispose());
        Assert.True(error == refused.Error, refused.Message);
        return refused.Message;
    }
}
