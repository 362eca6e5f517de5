using System.Text.Json;
using LoRDBA.Runtime.Adapters.Lora;
using LoRDBA.Runtime.Memory;
using LoRDBA.Runtime.Models;

namespace LoRDBA.Runtime.Adapters.Peft;

/// <summary>Writes any adapter as a LoRA in PEFT's form: adapter_config.json and adapter_model.safetensors. Equal input gives equal
/// bytes.</summary>
public static class PeftWriter
{
    /// <summary>Makes the folder if need be and writes each file whole or not at all, the configuration last: a folder without it is no
    /// adapter.</summary>
    /// <param name="folder">Where both files go.</param>
    /// <param name="adapter">Any adapter: one with signs is written as the real factors that it stands for.</param>
    /// <exception cref="ObjectDisposedException">The adapter is disposed.</exception>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public static void Save(string folder, Adapter adapter)
    {
        var factors = LoraFactors.Of(adapter);
        var weights = new SafetensorsWriter(LoraFactors.SmallestFormat(factors));
        foreach (var one in factors)
        {
            var module = PeftNames.Prefix + PeftNames.ModuleOf(one.Linear);
            weights.Add(module + PeftNames.SuffixA, [one.Rank, one.Linear.NIn], one.A);
            weights.Add(module + PeftNames.SuffixB, [one.Linear.NOut, one.Rank], InPeftsOrder(one, adapter.Model.Config));
        }
        Directory.CreateDirectory(folder);
        WholeFile.Write(Path.Combine(folder, PeftFolder.WeightsName), weights.WriteTo);
        WholeFile.Write(Path.Combine(folder, AdapterFolder.ConfigName), stream => WriteConfig(stream, factors, adapter));
    }

    private static float[] InPeftsOrder(LoraFactors factors, ModelConfig config)
    {
        var (rank, source) = (factors.Rank, PeftNames.SourceRows(factors.Linear, config));
        var b = new float[factors.B.Length];
        for (var row = 0; row < source.Length; row++) factors.B.AsSpan(row * rank, rank).CopyTo(b.AsSpan(source[row] * rank));
        return b;
    }

    private static void WriteConfig(Stream stream, IReadOnlyList<LoraFactors> factors, Adapter adapter)
    {
        var rank = LoraFactors.CommonRank(factors);
        var alpha = Alpha(factors.First(one => one.Rank == rank));
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteString("base_model_name_or_path", adapter.BaseName ?? adapter.Model.Config.Name);
        json.WriteString("peft_type", "LORA");
        json.WriteString("task_type", "CAUSAL_LM");
        json.WriteNumber("r", rank);
        json.WriteNumber("lora_alpha", alpha);
        json.WriteNumber("lora_dropout", 0);
        json.WriteString("bias", "none");
        json.WriteBoolean("fan_in_fan_out", false);
        json.WriteBoolean("inference_mode", true);
        json.WriteBoolean("init_lora_weights", true);
        WritePattern(json, "rank_pattern", factors, one => one.Rank, rank);
        WritePattern(json, "alpha_pattern", factors, Alpha, alpha);
        json.WriteStartArray("target_modules");
        foreach (var module in Targets(factors, adapter.Model)) json.WriteStringValue(module);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>alpha / rank, divided in double precision as PEFT does, is the scaling again.</summary>
    private static double Alpha(LoraFactors factors) => (double)factors.Scaling * factors.Rank;

    private static void WritePattern(Utf8JsonWriter json, string name, IReadOnlyList<LoraFactors> factors, Func<LoraFactors, double> value, double common)
    {
        json.WriteStartObject(name);
        foreach (var one in factors)
            if (value(one) != common) json.WriteNumber(PeftNames.ModuleOf(one.Linear), value(one));
        json.WriteEndObject();
    }

    /// <summary>q_proj and so on where every layer's is adapted; otherwise whole names, so that PEFT expects no other tensors.</summary>
    private static IEnumerable<string> Targets(IReadOnlyList<LoraFactors> factors, Model model) => factors.GroupBy(one => one.Linear.Kind).SelectMany(kind =>
    {
        var modules = kind.Select(one => PeftNames.ModuleOf(one.Linear));
        var isComplete = kind.Count() == model.Linears.Count(linear => linear.Kind == kind.Key);
        return isComplete ? [modules.First().Split('.')[^1]] : modules;
    });
}
