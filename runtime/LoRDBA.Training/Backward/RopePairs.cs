namespace LoRDBA.Training.Backward;

/// <summary>Which elements of a head <see cref="Rope"/> turns together: how a model family stores its rows of q and k.</summary>
public enum RopePairs
{
    /// <summary>(x_0, x_1), (x_2, x_3), ...: GGUF's llama.</summary>
    Neighbours,

    /// <summary>(x_0, x_h), (x_1, x_h+1), ... with h half of what is turned: Qwen.</summary>
    Halves,
}
