namespace LoRDBA.Runtime.Kernels;

/// <summary>Keeps values within ±cap, nearly unchanged where they are small: x ← cap · tanh(x / cap) (arXiv 2408.00118, section 2).</summary>
internal static unsafe class SoftCap
{
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
}
