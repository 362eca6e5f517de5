namespace LoRDBA.Runtime.Adapters.Peft;

/// <summary>An adapted module of a LoRA in a folder: its two factors agree with each other and with the configuration.</summary>
/// <param name="Name">Its name in the base model, for example model.layers.0.self_attn.q_proj.</param>
/// <param name="Rank">Width of the bottleneck.</param>
/// <param name="Scaling">What the product of the factors is multiplied with: alpha / r, alpha / sqrt(r), or the scale of mlx-lm.</param>
/// <param name="A">[rank, n_in]; of mlx-lm [n_in, rank].</param>
/// <param name="B">[n_out, rank]; of mlx-lm [rank, n_out].</param>
public sealed record PeftModule(string Name, int Rank, float Scaling, SafetensorsTensor A, SafetensorsTensor B)
{
    /// <summary>Whether the factors lie transposed, as mlx-lm writes them.</summary>
    public bool IsTransposed { get; internal init; }

    /// <summary>Inputs of the linear layer.</summary>
    public long NIn => A.Shape[IsTransposed ? 0 : 1];

    /// <summary>Outputs of the linear layer.</summary>
    public long NOut => B.Shape[IsTransposed ? 1 : 0];
}
