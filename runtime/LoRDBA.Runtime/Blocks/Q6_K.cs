using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LoRDBA.Runtime.Blocks;

/// <summary>
/// 256 weights in 210 bytes: 16 sub-blocks s of 16, w_j = d * scale_s * (q_j - 32) with s = j / 16:
/// <code>
/// byte 0                        128                       192                       208   210
///      | lower four bits of q   | upper two bits of q     | scale_0 ... scale_15    | d   |       d: f16, scale: int8
///
/// weights 0 to 127, l = 0 to 31 (128 to 255 likewise in the second half of each section):
///   lower four:  byte l:       q_(l + 64) | q_l              bits 7-4 | 3-0
///                byte l + 32:  q_(l + 96) | q_(l + 32)
///   upper two:   byte l:       q_(l + 96) | q_(l + 64) | q_(l + 32) | q_l      bits 7-6 | 5-4 | 3-2 | 1-0
/// </code>
/// </summary>
internal readonly unsafe struct Q6_K : IQuantizedBlock, IFieldBlock
{
    public const int BlockBytes = 210;

    public static bool HasMin => false;
    public static bool HasHighBits => true;
    public static bool HasFactors => true;
    public static int BlocksTogether => BlockSize.SubBlocks;

    public static int A(int chunk) => 4 * chunk;
    public static int AToB => 1;
    public static int AToC => 2;
    public static int SecondShift => 4;
    public static int FieldZero => 32;

    /// <summary>To the left for even bytes, to the right for odd ones: the upper two bits come to 5-4 of the word, those of c and d to 9-8.</summary>
    public static FieldShifts Shifts(int chunk) => new(FieldShifts.Of(4, 2), FieldShifts.Of(4, 6));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Words(
        byte* at, int chunk, in FieldShifts shifts,
        out Vector512<ushort> evenAb, out Vector512<ushort> oddAb, out Vector512<ushort> evenCd, out Vector512<ushort> oddCd)
    {
        var lower = Vector512.Load(at + 64 * chunk).AsUInt16();
        var upper = lower >>> 8;
        var two = RowPair.Twice(at + 128 + 32 * chunk).AsUInt16();
        var even = Avx512BW.ShiftLeftLogicalVariable(two, shifts.First);
        var odd = Avx512BW.ShiftRightLogicalVariable(two, shifts.Second);
        var (fourAb, fourCd) = (Vector512.Create((ushort)0x000f), Vector512.Create((ushort)0x00f0));
        var (twoAb, twoCd) = (Vector512.Create((ushort)0x0030), Vector512.Create((ushort)0x0300));
        (evenAb, oddAb) = (lower & fourAb | even & twoAb, upper & fourAb | odd & twoAb);
        (evenCd, oddCd) = (lower & fourCd | even & twoCd, upper & fourCd | odd & twoCd);
    }

    public static int Offset(int block) => BlockBytes * (block / BlockSize.SubBlocks);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<sbyte> Load(byte* at, int block)
    {
        // Sub-blocks 2 b and 2 b + 1 of the super-block.
        var b = block % BlockSize.SubBlocks;
        var four = Vector256.Load(at + 64 * (b / 4) + 32 * (b % 2)).AsUInt16() >>> 4 * (b / 2 % 2) & Vector256.Create((ushort)0x0f0f);
        var two = (Vector256.Load(at + 128 + 32 * (b / 4)).AsUInt16() >>> 2 * (b % 4) & Vector256.Create((ushort)0x0303)) << 4;
        return (four | two).AsSByte() - Vector256.Create((sbyte)32);
    }

    public static Vector128<sbyte> Factors(byte* at) => Vector128.Load((sbyte*)at + 192);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Factors(byte* at, int block, out short f0, out short f1)
    {
        var scales = (sbyte*)at + 192 + 2 * (block % BlockSize.SubBlocks);
        (f0, f1) = (scales[0], scales[1]);
    }

    public static void Scales(in BlockRange range, float* scales, float* mins) => SuperBlockScales.ReadHalves(range, 208, BlockBytes, scales);

    public static void Dequantize(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        for (; values.Length > 0; blocks = blocks[BlockBytes..], values = values[BlockSize.SuperBlock..])
        {
            var d = (float)MemoryMarshal.Read<Half>(blocks[208..]);
            for (var s = 0; s < 16; s++)
            {
                var scale = d * (sbyte)blocks[192 + s];
                var low = blocks.Slice(64 * (s / 8) + 16 * (s % 4), 16);
                var lowShift = 4 * (s / 4 % 2);
                var high = blocks.Slice(128 + 32 * (s / 8) + 16 * (s % 2), 16);
                var highShift = 2 * (s / 2 % 4);
                for (var j = 0; j < 16; j++)
                    values[16 * s + j] = scale * ((low[j] >> lowShift & 0x0f | (high[j] >> highShift & 3) << 4) - 32);
            }
        }
    }
}
