namespace LoRDBA.Runtime.Kernels;

/// <summary>How steeply a gate opens: a gated unit is g · σ(t(g)) · up with σ(t) = 1 / (1 + e^-t), and t is its own.</summary>
internal interface IGate
{
    /// <summary>t(g); with g it grows beyond any bound.</summary>
    static abstract TLanes Steepness<TLanes>(TLanes gate) where TLanes : struct, ILanes<TLanes>;
}

/// <summary>The gate of the feed-forward block: gate_i ← gate_i · up_i / (1 + e^-t(gate_i)) (arXiv 2002.05202, section 2).</summary>
internal static unsafe class GatedUnit
{
    /// <summary>Below it e^-t nears the end of float32's range; what comes through the gate is nothing there, 1e-33 times the gate.</summary>
    private const float Least = -80;

    /// <param name="gate">[count], becomes the result.</param>
    /// <param name="up">[count]</param>
    /// <param name="count">How many.</param>
    public static void Forward<TGate>(float* gate, float* up, int count) where TGate : struct, IGate
    {
        if (InstructionSets.HasAvx512) Forward<TGate, Lanes512>(gate, up, count);
        else if (InstructionSets.HasAvx2) Forward<TGate, Lanes256>(gate, up, count);
        else Forward<TGate, Lanes128>(gate, up, count);
    }

    /// <summary>With registers of one width; they all give the same bits.</summary>
    internal static void Forward<TGate, TLanes>(float* gate, float* up, int count) where TGate : struct, IGate where TLanes : struct, ILanes<TLanes>
    {
        var i = 0;
        for (; i <= count - Lanes.Count; i += Lanes.Count) TLanes.Store(Open<TGate, TLanes>(TLanes.Load(gate + i), TLanes.Load(up + i)), gate + i);
        if (i == count) return;

        float* rest = stackalloc float[2 * Lanes.Count];
        var bytes = (count - i) * sizeof(float);
        Buffer.MemoryCopy(gate + i, rest, bytes, bytes);
        Buffer.MemoryCopy(up + i, rest + Lanes.Count, bytes, bytes);
        TLanes.Store(Open<TGate, TLanes>(TLanes.Load(rest), TLanes.Load(rest + Lanes.Count)), rest);
        Buffer.MemoryCopy(rest, gate + i, bytes, bytes);
    }

    private static TLanes Open<TGate, TLanes>(TLanes gate, TLanes up) where TGate : struct, IGate where TLanes : struct, ILanes<TLanes>
    {
        var t = TLanes.Max(TGate.Steepness(gate), TLanes.Broadcast(Least));
        var power = Exponential.PowerOfTwo(TLanes.Multiply(t, TLanes.Broadcast(-Exponential.Log2E)));
        return TLanes.Divide(TLanes.Multiply(gate, up), TLanes.Add(TLanes.Broadcast(1), power));
    }
}
