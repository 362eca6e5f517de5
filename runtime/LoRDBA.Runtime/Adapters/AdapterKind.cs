namespace LoRDBA.Runtime.Adapters;

/// <summary>What a branch's two factors are made of.</summary>
public enum AdapterKind
{
    /// <summary>Low-rank factors of real numbers (arXiv 2106.09685), as PEFT and llama.cpp write them.</summary>
    Lora,

    /// <summary>Low-rank factors of signs with channel-wise scales (arXiv 2605.24058), as a .lordba file holds them.</summary>
    Lordba,
}
