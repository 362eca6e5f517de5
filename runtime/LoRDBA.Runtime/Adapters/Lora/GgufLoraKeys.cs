using LoRDBA.Runtime.Adapters.Lordba;

namespace LoRDBA.Runtime.Adapters.Lora;

/// <summary>The metadata keys and tensor names of a LoRA in GGUF, as llama.cpp has them.</summary>
internal static class GgufLoraKeys
{
    public const string Architecture = "general.architecture";
    public const string Type = "general.type";
    public const string TypeValue = "adapter";
    public const string AdapterType = LordbaKeys.AdapterType;
    public const string AdapterTypeValue = "lora";

    /// <summary>What the product of the factors is multiplied with, times the rank of the tensor; 0 stands for a product that is taken as
    /// it is, and so does a file without the key.</summary>
    public const string Alpha = "adapter.lora.alpha";

    /// <summary>Of an adapter that acts from certain tokens on only (aLoRA).</summary>
    public const string InvocationTokens = "adapter.alora.invocation_tokens";

    /// <summary>A: [rank][n_in].</summary>
    public const string SuffixA = ".lora_a";

    /// <summary>B: [n_out][rank], rows in the order of the base's file.</summary>
    public const string SuffixB = ".lora_b";
}
