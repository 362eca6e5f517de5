namespace LoRDBA.Runtime.Kernels;

/// <summary>
/// The gate of the feed-forward block: gate_i ← silu(gate_i) · up_i, with silu(x) = x / (1 + e^-x) (arXiv 2002.05202, section 2).
/// </summary>
internal static unsafe class SwiGlu
{
    /// <summary>Below it e^-x nears the end of float32's range; silu is nothing there, 1e-33 times x.</summary>
    private const float Least = -80;

    /// <param name="gate">[count], becomes the result.</param>
    /// <param name="up">[count]</param>
    /// <param name="count">How many.</param>
    public static void Forward(float* gate, float* up, int count)
    {
        if (InstructionSets.HasAvx512) Forward<Lanes512>(gate, up, count);
        else if (InstructionSets.HasAvx2) Forward<Lanes256>(gate, up, count);
        else Forward<Lanes128>(gate, up, count);
    }

    /// <summary>With registers of one width; they all give the same bits.</summary>
    internal static void Forward<TLanes>(float* gate, float* up, int count) where TLanes : struct, ILanes<TLanes>
    {
        var i = 0;
        for (; i <= count - Lanes.Count; i += Lanes.Count) TLanes.Store(Gate(TLanes.Load(gate + i), TLanes.Load(up + i)), gate + i);
        if (i == count) return;

        float* rest = stackalloc float[2 * Lanes.Count];
        var bytes = (count - i) * sizeof(float);
        Buffer.MemoryCopy(gate + i, rest, bytes, bytes);
        Buffer.MemoryCopy(up + i, rest + Lanes.Count, bytes, bytes);
        TLanes.Store(Gate(TLanes.Load(rest), TLanes.Load(rest + Lanes.Count)), rest);
        Buffer.MemoryCopy(rest, gate + i, bytes, bytes);
    }

    private static TLanes Gate<TLanes>(TLanes gate, TLanes up) where TLanes : struct, ILanes<TLanes>
    {
        var x = TLanes.Max(gate, TLanes.Broadcast(Least));
        var power = Exponential.PowerOfTwo(TLanes.Multiply(x, TLanes.Broadcast(-Exponential.Log2E)));
        return TLanes.Divide(TLanes.Multiply(gate, up), TLanes.Add(TLanes.Broadcast(1), power));
    }
}
