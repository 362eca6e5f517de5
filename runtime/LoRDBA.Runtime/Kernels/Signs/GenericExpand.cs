using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace LoRDBA.Runtime.Kernels.Signs;

/// <summary>An expand product of any shape. Its instruction sets are in the files beside this one.</summary>
/// <remarks>
/// A plane holds two indices per output: half a byte each, into the table of ranks 8p to 8p + 3 and that of 8p + 4 to 8p + 7.
/// A shuffle looks up the low bytes of the sums, another the high bytes; interleaved they are 16-bit sums, which add up exactly.
/// Rows come in groups of the widest registers, then of 16, then one by one. On x64 all tokens of a batch pass a group before the next one.
/// </remarks>
internal sealed unsafe partial class GenericExpand(int nOut, int rank) : ExpandKernel(nOut, rank)
{
    private const int TableLength = 32;

    private readonly int planeCount = SignPlanes.Count(rank);

    /// <inheritdoc/>
    public override string Path =>
        Avx512BW.IsSupported ? "Avx512" : Avx2.IsSupported ? "Avx2" : AdvSimd.Arm64.IsSupported ? "AdvSimd" : "scalar";

    /// <inheritdoc/>
    public override void Run(byte* planes, float* scaleOut, byte* z, int zStride, int tokens, float* y, int rowStart, int rowEnd, float weight)
    {
        if (tokens > 1)
        {
            if (Avx512BW.IsSupported) rowStart = BatchAvx512(planes, scaleOut, z, zStride, tokens, y, rowStart, rowEnd, weight);
            if (Avx2.IsSupported) rowStart = BatchAvx2(planes, scaleOut, z, zStride, tokens, y, rowStart, rowEnd, weight);
            if (rowStart == rowEnd) return;
        }
        for (var t = 0; t < tokens; t++, z += zStride, y += NOut)
        {
            var scale = weight * *(float*)(z + LookupTables.ScaleOffset(Rank));
            var o = rowStart;
            if (Avx512BW.IsSupported) o = RunAvx512(planes, scaleOut, z, y, o, rowEnd, scale);
            if (Avx2.IsSupported) o = RunAvx2(planes, scaleOut, z, y, o, rowEnd, scale);
            if (Ssse3.IsSupported || AdvSimd.Arm64.IsSupported) o = Run128(planes, scaleOut, z, y, o, rowEnd, scale);
            RunScalar(planes, scaleOut, z, y, o, rowEnd, scale);
        }
    }

    /// <summary>The scalar twin, one token.</summary>
    internal void RunScalar(byte* planes, float* scaleOut, byte* z, float* y, int rowStart, int rowEnd, float scale)
    {
        for (var o = rowStart; o < rowEnd; o++)
        {
            var sum = 0;
            for (var p = 0; p < planeCount; p++)
            {
                var signs = planes[p * NOut + o];
                var tables = z + 2 * TableLength * p;
                sum += Entry(tables, signs & 15) + Entry(tables + TableLength, signs >> 4);
            }
            y[o] = MathF.FusedMultiplyAdd(sum, scaleOut[o] * scale, y[o]);
        }
    }

    private static short Entry(byte* table, int index) => (short)(table[index] | table[16 + index] << 8);

    internal int Run128(byte* planes, float* scaleOut, byte* z, float* y, int rowStart, int rowEnd, float scale)
    {
        var o = rowStart;
        var factor = Vector128.Create(scale);
        for (; o + 16 <= rowEnd; o += 16)
        {
            Vector128<short> low = default, high = default;
            for (var p = 0; p < planeCount; p++)
            {
                var signs = Vector128.Load(planes + p * NOut + o);
                var tables = z + 2 * TableLength * p;
                LookUp(tables, signs & Vector128.Create((byte)15), ref low, ref high);
                LookUp(tables + TableLength, signs >> 4, ref low, ref high);
            }
            var ((a, b), (c, d)) = (Vector128.Widen(low), Vector128.Widen(high));
            AddTo(y + o, a, scaleOut + o, factor);
            AddTo(y + o + 4, b, scaleOut + o + 4, factor);
            AddTo(y + o + 8, c, scaleOut + o + 8, factor);
            AddTo(y + o + 12, d, scaleOut + o + 12, factor);
        }
        return o;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void LookUp(byte* table, Vector128<byte> index, ref Vector128<short> low, ref Vector128<short> high)
    {
        var (lowBytes, highBytes) = (Shuffle(Vector128.Load(table), index), Shuffle(Vector128.Load(table + 16), index));
        if (AdvSimd.Arm64.IsSupported)
        {
            low += AdvSimd.Arm64.ZipLow(lowBytes, highBytes).AsInt16();
            high += AdvSimd.Arm64.ZipHigh(lowBytes, highBytes).AsInt16();
        }
        else
        {
            low += Sse2.UnpackLow(lowBytes, highBytes).AsInt16();
            high += Sse2.UnpackHigh(lowBytes, highBytes).AsInt16();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Shuffle(Vector128<byte> table, Vector128<byte> index) =>
        AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.VectorTableLookup(table, index) : Ssse3.Shuffle(table, index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddTo(float* y, Vector128<int> sums, float* scaleOut, Vector128<float> factor) =>
        Vector128.FusedMultiplyAdd(Vector128.ConvertToSingle(sums), Vector128.Load(scaleOut) * factor, Vector128.Load(y)).Store(y);
}
