using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace LoRDBA.Runtime.Blocks;

/// <summary>
/// 32 weights in 24 bytes, w_j = d * q_j + m:
/// <code>
/// byte 0     2     4        8                                        24
///      | d   | m   | h      | q_16 q_0 | q_17 q_1 | ...  | q_31 q_15 |      d, m: f16, q: 5 bits, 0 to 31: here the lower four,
///                                                                           upper half written first; the fifth is bit j of h, u32
/// </code>
/// </summary>
internal readonly unsafe struct Q5_1 : IQuantizedBlock
{
    public const int BlockBytes = 24;
    private const int BlockLength = 32;

    public static bool HasMin => true;

    public static bool HasHighBits => true;

    public static bool BeginsWithScale => true;

    public static bool IsNarrow => true;

    public static int Offset(int block) => BlockBytes * block;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<sbyte> Load(byte* at, int block) => Nibbles.Load(at + 8) | FifthBits.Load(at + 4);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> LoadPair(byte* a, byte* b, int block) =>
        Nibbles.LoadPair(a + 8, b + 8) | RowPair.Of(FifthBits.Load(a + 4).AsByte(), FifthBits.Load(b + 4).AsByte());

    public static void Scales(in BlockRange range, float* scales, float* mins)
    {
        HalfScales.Read(range, 0, BlockBytes, scales);
        HalfScales.Read(range, 2, BlockBytes, mins);
    }

    public static void Dequantize(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        for (; values.Length > 0; blocks = blocks[BlockBytes..], values = values[BlockLength..])
        {
            var d = (float)MemoryMarshal.Read<Half>(blocks);
            var m = (float)MemoryMarshal.Read<Half>(blocks[2..]);
            var h = MemoryMarshal.Read<uint>(blocks[4..]);
            for (var j = 0; j < BlockLength / 2; j++)
            {
                var (high, upperHigh) = ((int)(h >> j & 1) << 4, (int)(h >> j + BlockLength / 2 & 1) << 4);
                values[j] = d * (blocks[8 + j] & 0x0f | high) + m;
                values[j + BlockLength / 2] = d * (blocks[8 + j] >> 4 | upperHigh) + m;
            }
        }
    }
}
