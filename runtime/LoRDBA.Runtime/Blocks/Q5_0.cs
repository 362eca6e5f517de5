using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace LoRDBA.Runtime.Blocks;

/// <summary>
/// 32 weights in 22 bytes, w_j = d * (q_j - 16):
/// <code>
/// byte 0     2        6                                        22
///      | d   | h      | q_16 q_0 | q_17 q_1 | ...  | q_31 q_15 |      d: f16, q: 5 bits, 0 to 31: here the lower four,
///                                                                     upper half written first; the fifth is bit j of h, u32
/// </code>
/// </summary>
internal readonly unsafe struct Q5_0 : IQuantizedBlock
{
    public const int BlockBytes = 22;
    private const int BlockLength = 32;

    public static bool HasMin => false;

    public static bool HasHighBits => true;

    public static bool BeginsWithScale => true;

    public static bool IsNarrow => true;

    public static int Zero => 16;

    public static int Offset(int block) => BlockBytes * block;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<sbyte> Load(byte* at, int block) => LoadCodes(at, block) - Vector256.Create((sbyte)Zero);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<sbyte> LoadCodes(byte* at, int block) => Nibbles.Load(at + 6) | FifthBits.Load(at + 2);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> LoadPair(byte* a, byte* b, int block) =>
        Nibbles.LoadPair(a + 6, b + 6) | RowPair.Of(FifthBits.Load(a + 2).AsByte(), FifthBits.Load(b + 2).AsByte());

    public static void Scales(in BlockRange range, float* scales, float* mins) => HalfScales.Read(range, 0, BlockBytes, scales);

    public static void Dequantize(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        for (; values.Length > 0; blocks = blocks[BlockBytes..], values = values[BlockLength..])
        {
            var d = (float)MemoryMarshal.Read<Half>(blocks);
            var h = MemoryMarshal.Read<uint>(blocks[2..]);
            for (var j = 0; j < BlockLength / 2; j++)
            {
                var (high, upperHigh) = ((int)(h >> j & 1) << 4, (int)(h >> j + BlockLength / 2 & 1) << 4);
                values[j] = d * ((blocks[6 + j] & 0x0f | high) - 16);
                values[j + BlockLength / 2] = d * ((blocks[6 + j] >> 4 | upperHigh) - 16);
            }
        }
    }
}
