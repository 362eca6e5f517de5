using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LoRDBA.Runtime.Blocks;

/// <summary>The highest bits of 32 numbers of 5 bits, as both 5-bit formats keep them: bit j of a little-endian u32 belongs to q_j.</summary>
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
    public static void Load(byte* bits, out Vector128<sbyte> high0, out Vector128<sbyte> high1)
    {
        var all = Vector128.CreateScalar(Unsafe.ReadUnaligned<uint>(bits)).AsByte();
        high0 = Spread(Vector128.Shuffle(all, Vector128.Create((byte)0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1)));
        high1 = Spread(Vector128.Shuffle(all, Vector128.Create((byte)2, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<sbyte> Spread(Vector128<byte> bits)
    {
        var own = Vector128.Create(0x8040_2010_0804_0201).AsByte();
        return (Vector128.Equals(bits & own, own) & Vector128.Create((byte)16)).AsSByte();
    }
}
