namespace LoRDBA.Runtime.Kernels;

/// <summary>Keeps values within ±cap, nearly unchanged where they are small: x ← cap · tanh(x / cap) (arXiv 2408.00118, section 2).</summary>
internal static unsafe class SoftCap
{
    /// <param name="x">[count], any count.</param>
    /// <param name="count">How many.</param>
    /// <param name="cap">Above 0.</param>
    public static void Forward(float* x, int count, float cap)
    {
        var whole = count / Lanes.Count * Lanes.Count;
        Whole(x, whole, cap);
        if (whole == count) return;

        float* rest = stackalloc float[Lanes.Count];
        var bytes = (count - whole) * sizeof(float);
        Buffer.MemoryCopy(x + whole, rest, bytes, bytes);
        Whole(rest, Lanes.Count, cap);
        Buffer.MemoryCopy(rest, x + whole, bytes, bytes);
    }

    /// <param name="x">[length], a multiple of 16.</param>
    /// <param name="length">How many.</param>
    /// <param name="cap">Above 0.</param>
    public static void Forward<TLanes>(float* x, int length, float cap) where TLanes : struct, ILanes<TLanes>
    {
        // tanh(y) = 1 - 2 / (1 + e^2y); beyond |y| = 20 it is ±1 in float32, and e^2y would leave its range.
        var (inverse, limit) = (TLanes.Broadcast(1 / cap), TLanes.Broadcast(20));
        for (var i = 0; i < length; i += Lanes.Count)
        {
            var y = TLanes.Multiply(TLanes.Load(x + i), inverse);
            y = TLanes.Subtract(TLanes.Zero, TLanes.Max(TLanes.Subtract(TLanes.Zero, y), TLanes.Subtract(TLanes.Zero, limit)));
            var power = Exponential.PowerOfTwo(TLanes.Multiply(y, TLanes.Broadcast(2 * Exponential.Log2E)));
            var tanh = TLanes.Subtract(TLanes.Broadcast(1), TLanes.Divide(TLanes.Broadcast(2), TLanes.Add(TLanes.Broadcast(1), power)));
            TLanes.Store(TLanes.Multiply(tanh, TLanes.Broadcast(cap)), x + i);
        }
    }

    private static void Whole(float* x, int length, float cap)
    {
        if (InstructionSets.HasAvx512) Forward<Lanes512>(x, length, cap);
        else if (InstructionSets.HasAvx2) Forward<Lanes256>(x, length, cap);
        else Forward<Lanes128>(x, length, cap);
    }
}
