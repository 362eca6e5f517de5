using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LoRDBA.Runtime.Blocks;

/// <summary>
/// 256 weights in 110 bytes: 16 sub-blocks s of 16, w_j = d * (scale_s - 32) * (q_j - 4) with s = j / 16:
/// <code>
/// byte 0                        32                        96               108   110
///      | third bits of q        | lower two bits of q     | scales         | d   |       d: f16
///
/// third bits:   byte l, l = 0 to 31:                bit k is that of q_(l + 32 k)
/// lower bits:   byte l of the first 32:             q_(l + 96) | q_(l + 64) | q_(l + 32) | q_l      bits 7-6 | 5-4 | 3-2 | 1-0
///               the other 32 likewise, weights 128 to 255
/// scales, 6 bits:  byte i, i = 0 to 7:              lower four of scale_(i + 8) | lower four of scale_i      bits 7-4 | 3-0
///                  byte i + 8, i = 0 to 3:          upper two of scale_(i + 12) | (i + 8) | (i + 4) | i
/// </code>
/// </summary>
internal readonly unsafe struct Q3_K : IQuantizedBlock, IFieldBlock
{
    public const int BlockBytes = 110;
    private const int ScaleOffset = 96;

    public static bool HasMin => false;
    public static bool HasHighBits => true;
    public static bool HasFactors => true;
    public static int BlocksTogether => BlockSize.SubBlocks;

    public static int A(int chunk) => 2 * chunk;
    public static int AToB => 4;
    public static int AToC => 1;
    public static int SecondShift => 2;
    public static int FieldZero => 4;

    /// <summary>Bit k of a byte goes to bit 2, that of the next block to bit 4, of a word whose upper byte it is.</summary>
    public static FieldShifts Shifts(int chunk) =>
        new(FieldShifts.Of(2 * chunk + 6, 2 * chunk + 10), FieldShifts.Of(2 * chunk + 5, 2 * chunk + 9));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Words(
        byte* at, int chunk, in FieldShifts shifts,
        out Vector512<ushort> evenAb, out Vector512<ushort> oddAb, out Vector512<ushort> evenCd, out Vector512<ushort> oddCd)
    {
        var lower = Vector512.Load(at + 32).AsUInt16() >>> 4 * chunk;
        var upper = lower >>> 8;
        var odd = RowPair.Twice(at).AsUInt16();
        var even = odd << 8;
        var (first, second) = (Vector512.Create((ushort)0x0003), Vector512.Create((ushort)0x000c));
        var (third, fifth) = (Vector512.Create((ushort)0x0004), Vector512.Create((ushort)0x0010));
        evenAb = lower & first | Avx512BW.ShiftRightLogicalVariable(even, shifts.First) & third;
        oddAb = upper & first | Avx512BW.ShiftRightLogicalVariable(odd, shifts.First) & third;
        evenCd = lower & second | Avx512BW.ShiftRightLogicalVariable(even, shifts.Second) & fifth;
        oddCd = upper & second | Avx512BW.ShiftRightLogicalVariable(odd, shifts.Second) & fifth;
    }

    public static int Offset(int block) => BlockBytes * (block / BlockSize.SubBlocks);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<sbyte> Load(byte* at, int block)
    {
        var b = block % BlockSize.SubBlocks;
        var two = Vector256.Load(at + 32 + 32 * (b / 4)).AsUInt16() >>> 2 * (b % 4) & Vector256.Create((ushort)0x0303);
        var one = Vector256.Load(at).AsUInt16() >>> b & Vector256.Create((ushort)0x0101);
        return (two | one << 2).AsSByte() - Vector256.Create((sbyte)FieldZero);
    }

    public static Vector128<sbyte> Factors(byte* at)
    {
        var lower = Unsafe.ReadUnaligned<ulong>(at + ScaleOffset);
        var upper = Vector128.Create(Unsafe.ReadUnaligned<uint>(at + ScaleOffset + 8)) & Vector128.Create(0x0303_0303u, 0x0c0c_0c0c, 0x3030_3030, 0xc0c0_c0c0);
        var four = Vector128.Create(lower, lower >> 4).AsByte() & Vector128.Create((byte)0x0f);
        var two = Vector128.Create(upper[0] << 4, upper[1] << 2, upper[2], upper[3] >> 2).AsByte();
        return (four | two).AsSByte() - Vector128.Create((sbyte)32);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Factors(byte* at, int block, out short f0, out short f1)
    {
        var scales = at + ScaleOffset;
        var s = 2 * (block % BlockSize.SubBlocks);
        (f0, f1) = ((short)Factor(scales, s), (short)Factor(scales, s + 1));
    }

    public static void Scales(in BlockRange range, float* scales, float* mins) => SuperBlockScales.ReadHalves(range, 108, BlockBytes, scales);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Factor(byte* scales, int s) => (scales[s % 8] >> 4 * (s / 8) & 0x0f | (scales[8 + s % 4] >> 2 * (s / 4) & 3) << 4) - 32;

    public static void Dequantize(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        for (; values.Length > 0; blocks = blocks[BlockBytes..], values = values[BlockSize.SuperBlock..])
        {
            var d = (float)MemoryMarshal.Read<Half>(blocks[108..]);
            var scales = blocks.Slice(96, 12);
            for (var s = 0; s < 16; s++)
            {
                float scale;
                fixed (byte* at = scales) scale = d * Factor(at, s);
                var high = blocks.Slice(16 * (s % 2), 16);
                var low = blocks.Slice(32 + 32 * (s / 8) + 16 * (s % 2), 16);
                var shift = 2 * (s / 2 % 4);
                for (var j = 0; j < 16; j++) values[16 * s + j] = scale * ((low[j] >> shift & 3 | (high[j] >> s / 2 & 1) << 2) - 4);
            }
        }
    }
}
