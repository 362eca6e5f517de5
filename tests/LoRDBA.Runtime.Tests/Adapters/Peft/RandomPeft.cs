using LoRDBA.Runtime.Models;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests.Adapters.Peft;

/// <summary>Writes a random PEFT LoRA for every linear of a model.</summary>
internal static class RandomPeft
{
    public static string Write(TemporaryFolder folder, Model model, int rank)
    {
        folder.Write("adapter_config.json", System.Text.Encoding.UTF8.GetBytes($$"""{"peft_type":"LORA","r":{{rank}},"lora_alpha":{{rank}}}"""));
        folder.Write("adapter_model.safetensors", SafetensorsBuilder.Of([.. model.Linears.SelectMany(linear => Pair(linear, rank))]));
        return folder.Path;
    }

    private static (string Name, int[] Shape, float[] Values)[] Pair(Linear linear, int rank)
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
        float[] Values(int count) => [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() - 0.5f) * 0.2f)];
        return [($"{name}.lora_A.weight", [rank, linear.NIn], Values(rank * linear.NIn)), ($"{name}.lora_B.weight", [linear.NOut, rank], Values(linear.NOut * rank))];
    }
}
