namespace LoRDBA.Runtime.Adapters.Peft;

/// <summary>An adapted module of a PEFT LoRA, as its configuration has it.</summary>
/// <param name="Name">Its name in the base model, for example model.layers.0.self_attn.q_proj.</param>
/// <param name="Rank">Width of the bottleneck.</param>
/// <param name="Scaling">What the product of the factors is multiplied with: alpha / r, or alpha / sqrt(r).</param>
public readonly record struct PeftModule(string Name, int Rank, float Scaling);
