using LoRDBA.Runtime.Models;

namespace LoRDBA.Tests;

/// <summary>Writes a random PEFT LoRA for every linear of a model.</summary>
internal static class RandomPeft
{
    /// <summary>Writes it and returns the folder; <paramref name="factor"/> multiplies the B of a linear, 1 if not given.</summary>
    public static string Write(TemporaryFolder folder, Model model, int rank, Func<Linear, float>? factor = null)
    {
        folder.Write("adapter_config.json", System.Text.Encoding.UTF8.GetBytes($$"""{"peft_type":"LORA","r":{{rank}},"lora_alpha":{{rank}}}"""));
        folder.Write("adapter_model.safetensors", SafetensorsBuilder.Of([.. model.Linears.SelectMany(linear => Pair(linear, rank, factor?.Invoke(linear) ?? 1))]));
        return folder.Path;
    }

    private static (string Name, int[] Shape, float[] Values)[] Pair(Linear linear, int rank, float factor)
    {
        var module = linear.Kind switch
        {
            LinearKind.Query => "self_attn.q_proj",
            LinearKind.Key => "self_attn.k_proj",
            LinearKind.Value => "self_attn.v_proj",
            LinearKind.AttentionOutput => "self_attn.o_proj",
            LinearKind.Gate => "mlp.gate_proj",
            LinearKind.Up => "mlp.up_proj",
            LinearKind.Down => "mlp.down_proj",
            _ => "",
        };
        var name = linear.Kind == LinearKind.Output ? "base_model.model.lm_head" : $"base_model.model.model.layers.{linear.Layer}.{module}";
        var random = new Random(linear.Index);
        float[] Values(int count, float scale) => [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() - 0.5f) * scale)];
        return [($"{name}.lora_A.weight", [rank, linear.NIn], Values(rank * linear.NIn, 0.2f)), ($"{name}.lora_B.weight", [linear.NOut, rank], Values(linear.NOut * rank, 0.2f * factor))];
    }
}
