using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace LoRDBA.Runtime.Blocks;

/// <summary>
/// 32 weights in 18 bytes, w_j = d * Levels[i_j]: sixteen levels that lie closer around zero, where most weights are.
/// <code>
/// byte 0     2                                        18
///      | d   | i_16 i_0 | i_17 i_1 | ...  | i_31 i_15 |      d: f16, i: 4 bits, upper half written first
/// </code>
/// </summary>
internal readonly unsafe struct IQ4_NL : IQuantizedBlock
{
    public const int BlockBytes = 18;
    private const int BlockLength = 32;

    /// <summary>The levels of both IQ4 formats.</summary>
    public static ReadOnlySpan<sbyte> Levels => [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113];

    public static bool HasMin => false;

    public static bool BeginsWithScale => true;

    public static int Offset(int block) => BlockBytes * block;

    /// <summary>The levels fit a vector, so one shuffle looks up sixteen; no 4-bit index points outside the vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<sbyte> Load(byte* at, int block)
    {
        var indices = Nibbles.Load(at + 2);
        var levels = Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(Levels));
        return Vector256.Create(Vector128.ShuffleNative(levels, indices.GetLower()), Vector128.ShuffleNative(levels, indices.GetUpper()));
    }

    public static void Scales(in BlockRange range, float* scales, float* mins) => HalfScales.Read(range, 0, BlockBytes, scales);

    public static void Dequantize(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        for (; values.Length > 0; blocks = blocks[BlockBytes..], values = values[BlockLength..])
        {
            var d = (float)MemoryMarshal.Read<Half>(blocks);
            for (var j = 0; j < BlockLength / 2; j++)
            {
                values[j] = d * Levels[blocks[2 + j] & 0x0f];
                values[j + BlockLength / 2] = d * Levels[blocks[2 + j] >> 4];
            }
        }
    }
}
