using System.Runtime.CompilerServices;

namespace LoRDBA.Runtime.Kernels;

/// <summary>
/// gelu(g) = g / 2 · (1 + tanh u) with u = sqrt(2/π) (g + 0.044715 g³) (arXiv 1606.08415, section 2). As (1 + tanh u) / 2 = σ(2u), t(g) = 2u.
/// </summary>
internal readonly struct GeGlu : IGate
{
    /// <summary>2 sqrt(2/π), and 0.044715 times as much.</summary>
    private const float Linear = 1.59576912f, Cubic = 0.0713548163f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Steepness<TLanes>(TLanes gate) where TLanes : struct, ILanes<TLanes>
    {
        var square = TLanes.Multiply(gate, gate);
        return TLanes.Multiply(gate, TLanes.MultiplyAdd(square, TLanes.Broadcast(Cubic), TLanes.Broadcast(Linear)));
    }
}
