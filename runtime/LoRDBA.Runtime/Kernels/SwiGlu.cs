using System.Numerics.Tensors;

namespace LoRDBA.Runtime.Kernels;

/// <summary>The gate of the feed-forward block: gate_i ← silu(gate_i) · up_i, with silu(x) = x / (1 + e^-x) (arXiv 2002.05202, section 2).</summary>
internal static class SwiGlu
{
    /// <param name="gate">[n_ff], becomes the result.</param>
    /// <param name="up">[n_ff], becomes scratch.</param>
    public static void Forward(Span<float> gate, Span<float> up)
    {
        TensorPrimitives.Multiply(gate, up, up);
        TensorPrimitives.Sigmoid(gate, gate);
        TensorPrimitives.Multiply(gate, up, gate);
    }
}
