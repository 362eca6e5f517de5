namespace LoRDBA.Runtime.Kernels.Products;

/// <summary>Dot products in sixteen lanes, so that they have the same bits whatever the width of the machine's registers.</summary>
internal static unsafe class RowSums
{
    /// <summary>Σ a_i · b_i.</summary>
    /// <param name="a">[length]</param>
    /// <param name="b">[length]</param>
    /// <param name="length">A multiple of 32.</param>
    public static float Dot(float* a, float* b, int length) =>
        InstructionSets.HasAvx512 ? Dot<Lanes512>(a, b, length) : InstructionSets.HasAvx2 ? Dot<Lanes256>(a, b, length) : Dot<Lanes128>(a, b, length);

    /// <summary>With registers of one width. Two chains: one alone would wait for each addition.</summary>
    internal static float Dot<TLanes>(float* a, float* b, int length) where TLanes : struct, ILanes<TLanes>
    {
        var (even, odd) = (TLanes.Zero, TLanes.Zero);
        for (var i = 0; i < length; i += 2 * Lanes.Count)
        {
            even = TLanes.MultiplyAdd(TLanes.Load(a + i), TLanes.Load(b + i), even);
            odd = TLanes.MultiplyAdd(TLanes.Load(a + i + Lanes.Count), TLanes.Load(b + i + Lanes.Count), odd);
        }
        return TLanes.Sum(TLanes.Add(even, odd));
    }
}
