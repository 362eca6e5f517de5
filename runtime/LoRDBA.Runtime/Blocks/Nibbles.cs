using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace LoRDBA.Runtime.Blocks;

/// <summary>32 numbers of 4 bits in 16 bytes, as all 4-bit formats keep them: byte j holds q_j below and q_(j + 16) above.</summary>
internal static unsafe class Nibbles
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<sbyte> Load(byte* nibbles)
    {
        var bytes = Vector128.Load(nibbles);
        if (AdvSimd.IsSupported) return Vector256.Create(bytes & Vector128.Create((byte)0x0f), bytes >>> 4).AsSByte();
        // x86 has no shift of bytes: shift words, then mask away what came from the neighbour.
        return (Vector256.Create(bytes, (bytes.AsUInt16() >>> 4).AsByte()) & Vector256.Create((byte)0x0f)).AsSByte();
    }

    /// <summary>The lower or upper four bits of 32 bytes, as super-blocks keep one sub-block below and the next above.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<sbyte> Take(byte* nibbles, int upper) =>
        ((Vector256.Load(nibbles).AsUInt16() >>> 4 * upper).AsByte() & Vector256.Create((byte)0x0f)).AsSByte();

    /// <summary>The numbers of two rows, as <see cref="IQuantizedBlock.LoadPair"/> wants them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> LoadPair(byte* a, byte* b)
    {
        var twice = RowPair.Of(Avx2.BroadcastVector128ToVector256(a), Avx2.BroadcastVector128ToVector256(b));
        var upper = Vector512.Create(0, 0, 0x0004_0004_0004_0004, 0x0004_0004_0004_0004, 0, 0, 0x0004_0004_0004_0004, 0x0004_0004_0004_0004);
        return Avx512BW.ShiftRightLogicalVariable(twice.AsUInt16(), upper.AsUInt16()).AsByte() & Vector512.Create((byte)0x0f);
    }

    /// <summary>The lower or upper four bits of 32 bytes of each of two rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> TakePair(byte* a, byte* b, int upper) =>
        (RowPair.Load(a, b).AsUInt16() >>> 4 * upper).AsByte() & Vector512.Create((byte)0x0f);
}
