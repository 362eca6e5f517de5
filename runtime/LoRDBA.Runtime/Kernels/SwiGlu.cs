using System.Runtime.CompilerServices;

namespace LoRDBA.Runtime.Kernels;

/// <summary>silu(g) = g / (1 + e^-g) (arXiv 2002.05202, section 2): t(g) = g.</summary>
internal readonly struct SwiGlu : IGate
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes Steepness<TLanes>(TLanes gate) where TLanes : struct, ILanes<TLanes> => gate;
}
