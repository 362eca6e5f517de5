using LoRDBA.Runtime.Models;

namespace LoRDBA.Tests;

/// <summary>Writes a random PEFT LoRA for every linear of a model.</summary>
internal static class RandomPeft
{
    /// <summary>Writes it and returns the folder; <paramref name="factor"/> multiplies the B of a linear, 1 if not given.</summary>
    public static string Write(TemporaryFolder folder, Model model, int rank, Func<Linear, float>? factor = null) => Write(folder, model, _ => rank, factor);

    /// <summary>The same with a rank for each linear; 0 leaves it without an adapter.</summary>
    public static string Write(TemporaryFolder folder, Model model, Func<Linear, int> rankOf, Func<Linear, float>? factor = null)
    {
        var adapted = model.Linears.Where(linear => rankOf(linear) > 0).ToArray();
        var ranks = string.Join(",", adapted.Select(linear => $"\"{Module(linear).Replace(".", "\\\\.")}\":{rankOf(linear)}"));
        folder.Write("adapter_config.json", System.Text.Encoding.UTF8.GetBytes($$$"""{"peft_type":"LORA","r":1,"lora_alpha":1,"rank_pattern":{{{{ranks}}}},"alpha_pattern":{{{{ranks}}}}}"""));
        folder.Write("adapter_model.safetensors", SafetensorsBuilder.Of([.. adapted.SelectMany(linear => Pair(linear, rankOf(linear), factor?.Invoke(linear) ?? 1))]));
        return folder.Path;
    }

    /// <summary>What PEFT calls it.</summary>
    private static string Module(Linear linear)
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
        return linear.Kind == LinearKind.Output ? "lm_head" : $"model.layers.{linear.Layer}.{module}";
    }

    private static (string Name, int[] Shape, float[] Values)[] Pair(Linear linear, int rank, float factor)
    {
        var name = $"base_model.model.{Module(linear)}";
        var random = new Random(linear.Index);
        float[] Values(int count, float scale) => [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() - 0.5f) * scale)];
        return [($"{name}.lora_A.weight", [rank, linear.NIn], Values(rank * linear.NIn, 0.2f)), ($"{name}.lora_B.weight", [linear.NOut, rank], Values(linear.NOut * rank, 0.2f * factor))];
    }
}
