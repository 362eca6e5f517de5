using System.Runtime.CompilerServices;

namespace LoRDBA.Runtime.Kernels;

/// <summary>Powers of two and of e in registers: the same bits on every machine whose multiplications and additions fuse.</summary>
internal static class Exponential
{
    /// <summary>log2 e: e^x = 2^(x · log2 e).</summary>
    public const float Log2E = 1.44269504f;

    /// <summary>2^x within 2 units in the last place; exactly 1 for 0; 0 where it would be below 2^-126.5. x at most 127.</summary>
    /// <remarks>
    /// x = n + f, n whole and |f| ≤ 1/2. 2^f is a polynomial with 1 as its first coefficient, fitted for the least relative error (1.9e-9
    /// before rounding, Remez' algorithm).
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TLanes PowerOfTwo<TLanes>(TLanes x) where TLanes : struct, ILanes<TLanes>
    {
        var shift = TLanes.Broadcast(Lanes.RoundingShift);
        x = TLanes.Max(x, TLanes.Broadcast(-127));
        var shifted = TLanes.Add(x, shift);
        var f = TLanes.Subtract(x, TLanes.Subtract(shifted, shift));

        var p = TLanes.MultiplyAdd(TLanes.Broadcast(1.53458124e-4f), f, TLanes.Broadcast(1.33999309e-3f));
        p = TLanes.MultiplyAdd(p, f, TLanes.Broadcast(9.61848907e-3f));
        p = TLanes.MultiplyAdd(p, f, TLanes.Broadcast(5.55032864e-2f));
        p = TLanes.MultiplyAdd(p, f, TLanes.Broadcast(0.240226462f));
        p = TLanes.MultiplyAdd(p, f, TLanes.Broadcast(0.693147182f));
        p = TLanes.MultiplyAdd(p, f, TLanes.Broadcast(1));
        return TLanes.Multiply(p, TLanes.PowerOfTwo(shifted));
    }

    /// <summary>The same for one number, with the same bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float PowerOfTwo(float x)
    {
        x = x > -127 ? x : -127;
        var shifted = x + Lanes.RoundingShift;
        var f = x - (shifted - Lanes.RoundingShift);

        var p = MathF.FusedMultiplyAdd(1.53458124e-4f, f, 1.33999309e-3f);
        p = MathF.FusedMultiplyAdd(p, f, 9.61848907e-3f);
        p = MathF.FusedMultiplyAdd(p, f, 5.55032864e-2f);
        p = MathF.FusedMultiplyAdd(p, f, 0.240226462f);
        p = MathF.FusedMultiplyAdd(p, f, 0.693147182f);
        p = MathF.FusedMultiplyAdd(p, f, 1);
        return p * BitConverter.Int32BitsToSingle((BitConverter.SingleToInt32Bits(shifted) << 23) + (127 << 23));
    }
}
