using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace LoRDBA.Runtime.Blocks;

/// <summary>The 16-bit scales of formats whose every block carries its own.</summary>
internal static unsafe class HalfScales
{
    /// <summary>
    /// Reads one 16-bit number of each block. The rows are walked one after the other, as they lie in memory, and their numbers put
    /// beside each other; then they are widened in place, the last first.
    /// </summary>
    /// <param name="range">The blocks.</param>
    /// <param name="offset">Of the number in a block, in bytes.</param>
    /// <param name="blockBytes">Bytes of a block.</param>
    /// <param name="values">[count][stride]; a stride is a multiple of eight.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Read(in BlockRange range, int offset, int blockBytes, float* values)
    {
        var halves = (ushort*)values;
        var (count, stride) = (range.Count, range.Stride);
        for (var r = 0; r < range.Rows; r++)
        {
            var at = range.Row + r * range.RowBytes + (long)range.First * blockBytes + offset;
            var to = halves + r;
            var b = 0;
            for (; b <= count - 4; b += 4, at += 4 * blockBytes, to += 4 * stride)
            {
                Copy(at, to);
                Copy(at + blockBytes, to + stride);
                Copy(at + 2 * blockBytes, to + 2 * stride);
                Copy(at + 3 * blockBytes, to + 3 * stride);
            }
            for (; b < count; b++, at += blockBytes, to += stride) Copy(at, to);
        }
        for (var i = count * stride - 8; i >= 0; i -= 8) Widen(Vector128.Load(halves + i)).Store(values + i);
    }

    /// <summary>arm64: the numbers at the same place in four rows, read where they are wanted.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> LoadFour(byte* row0, byte* row1, byte* row2, byte* row3, int offset)
    {
        // Put together in a general register: processors have units to spare for it, while they multiply.
        var four = Half(row0 + offset) | Half(row1 + offset) << 16 | Half(row2 + offset) << 32 | Half(row3 + offset) << 48;
        var halves = Vector64.CreateScalarUnsafe(BitConverter.UInt64BitsToDouble(four)).AsInt16();
        var bits = AdvSimd.ShiftLeftLogicalWideningLower(halves, 13) & Vector128.Create(F16.WideMask);
        return bits.AsSingle() * Vector128.Create(F16.BiasRatio);
    }

    private static ulong Half(byte* at) => Unsafe.ReadUnaligned<ushort>(at);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy(byte* from, ushort* to) => *to = Unsafe.ReadUnaligned<ushort>(from);

    /// <summary>
    /// Sign and magnitude keep their bits; the exponent's other bias is a factor. So finite numbers, subnormal ones among them, are exact.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Widen(Vector128<ushort> halves)
    {
        var bits = Vector256.Create(Vector128.WidenLower(halves.AsInt16()), Vector128.WidenUpper(halves.AsInt16()));
        return ((bits << 13) & Vector256.Create(F16.WideMask)).AsSingle() * Vector256.Create(F16.BiasRatio);
    }
}
