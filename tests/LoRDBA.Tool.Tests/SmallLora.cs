using LoRDBA.Tests;

namespace LoRDBA.Tool.Tests;

/// <summary>Files of <see cref="TinyModel"/> and of a PEFT LoRA of rank 4 that adapts two of its weights.</summary>
internal static class SmallLora
{
    private const int Rank = 4;

    /// <summary>Writes the model; its path.</summary>
    public static string WriteModel(TemporaryFolder folder, int seed = 1) => folder.Write($"model-{seed}.gguf", new TinyModel { Seed = seed }.ToArray());

    /// <summary>Writes the LoRA; the path of its directory.</summary>
    public static string Write(TemporaryFolder folder)
    {
        var path = Directory.CreateDirectory(Path.Combine(folder.Path, "lora")).FullName;
        File.WriteAllText(Path.Combine(path, "adapter_config.json"), """{"peft_type": "LORA", "r": 4, "lora_alpha": 8, "base_model_name_or_path": "a tiny one"}""");
        File.WriteAllBytes(Path.Combine(path, "adapter_model.safetensors"), SafetensorsBuilder.Of(
        [
            .. Pair("model.layers.0.self_attn.q_proj", TinyModel.NEmbd, TinyModel.NHead * TinyModel.HeadDim),
            .. Pair("model.layers.1.mlp.down_proj", TinyModel.NFf, TinyModel.NEmbd),
        ]));
        return path;
    }

    private static (string, int[], float[])[] Pair(string module, int nIn, int nOut)
    {
        var random = new Random(7);
        float[] Values(int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() - 0.5f)];

        return
        [
            ($"base_model.model.{module}.lora_A.weight", [Rank, nIn], Values(Rank * nIn)),
            ($"base_model.model.{module}.lora_B.weight", [nOut, Rank], Values(nOut * Rank)),
        ];
    }
}
