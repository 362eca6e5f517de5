using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LoRDBA.Runtime.Blocks;

/// <summary>The highest bits of 32 numbers of 5 bits, as Q5_0 and Q5_1 keep them: bit j of a little-endian u32 belongs to q_j.</summary>
internal static unsafe class FifthBits
{
    /// <summary>
    /// 16 or 0 for each q_j. A byte of bits goes to the eight lanes it speaks of, and each lane keeps its own:
    /// <code>
    ///   lane       0   1   2  ...  7    8   9  ...  15
    ///   bits       b0  b0  b0 ...  b0   b1  b1 ...  b1        for q_0 to q_15; b2 and b3 for q_16 to q_31
    ///   own bit    1   2   4  ... 128   1   2  ... 128
    /// </code>
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<sbyte> Load(byte* bits)
    {
        var all = Vector128.CreateScalar(Unsafe.ReadUnaligned<uint>(bits)).AsByte();
        var lower = Vector128.Shuffle(all, Vector128.Create((byte)0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1));
        var upper = Vector128.Shuffle(all, Vector128.Create((byte)2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3));
        var own = Vector256.Create(0x8040_2010_0804_0201).AsByte();
        return (Vector256.Equals(Vector256.Create(lower, upper) & own, own) & Vector256.Create((byte)16)).AsSByte();
    }

    /// <summary>16 or 0 for each of 32 numbers of Q5_K: bit <paramref name="bit"/> of a byte.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<sbyte> Take(byte* bytes, int bit) =>
        ((Vector256.Load(bytes).AsUInt16() >>> bit & Vector256.Create((ushort)0x0101)) << 4).AsSByte();

    /// <summary>The same of two rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> TakePair(byte* a, byte* b, int bit) =>
        ((RowPair.Load(a, b).AsUInt16() >>> bit & Vector512.Create((ushort)0x0101)) << 4).AsByte();
}
