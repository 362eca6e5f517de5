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
        // x86 has no shift of bytes: shift words, then mask away the neighbour's bits.
        return (Vector256.Create(bytes, (bytes.AsUInt16() >>> 4).AsByte()) & Vector256.Create((byte)0x0f)).AsSByte();
    }

    /// <summary>The lower or upper four bits of 32 bytes, as super-blocks keep one sub-block below and the next above.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<sbyte> Take(byte* nibbles, int upper) =>
        ((Vector256.Load(nibbles).AsUInt16() >>> 4 * upper).AsByte() & Vector256.Create((byte)0x0f)).AsSByte();

    /// <summary>
    /// The numbers of two rows in the order of <see cref="IQuantizedBlock.LoadPair"/>, which is that of the file: below, then above.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> LoadPair(byte* a, byte* b)
    {
        var bytes = Vector256.Create(Vector128.Load(a), Vector128.Load(b));
        return Join(bytes, (bytes.AsUInt16() >>> 4).AsByte()) & Vector512.Create((byte)0x0f);
    }

    /// <summary>32 numbers of each of two rows, put into the order of <see cref="IQuantizedBlock.LoadPair"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Pair(Vector256<sbyte> a, Vector256<sbyte> b)
    {
        var rows = Join(a.AsByte(), b.AsByte()).AsInt32();
        return Avx512F.Shuffle4x128(rows, rows, 0b_11_01_10_00).AsByte();
    }

    /// <summary>One insertion; Vector512.Create of two halves takes a load and two.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> Join(Vector256<byte> lower, Vector256<byte> upper) => Avx512F.InsertVector256(lower.ToVector512(), upper, 1);
}
