using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LoRDBA.Runtime.Blocks;

/// <summary>32 bytes of one row beside 32 of another: | a_0 ... a_31 | b_0 ... b_31 |.</summary>
internal static unsafe class RowPair
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Load(byte* a, byte* b) => Of(Vector256.Load(a), Vector256.Load(b));

    /// <summary>
    /// | a_0 ... a_31 | a_0 ... a_31 |. Not by BroadcastVector256ToVector512: .NET 10.0.12 encodes that with a wrong address, unless it is that
    /// of a register alone.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Twice(byte* a) => Of(Vector256.Load(a), Vector256.Load(a));

    /// <summary>One insertion; Vector512.Create of two halves takes a load and two.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Of(Vector256<byte> a, Vector256<byte> b) => Avx512F.InsertVector256(a.ToVector512(), b, 1);
}
