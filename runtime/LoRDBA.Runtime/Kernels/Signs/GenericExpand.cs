using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LoRDBA.Runtime.Kernels.Signs;

/// <summary>An expand product of any shape. Its instruction sets are in the files beside this one.</summary>
/// <remarks>
/// A plane holds two indices per output: half a byte each, into the table of ranks 8p to 8p + 3 and that of 8p + 4 to 8p + 7.
/// A shuffle looks up the low bytes of the sums, another the high bytes; interleaved they are 16-bit sums, which add up exactly.
/// Rows come in groups of the widest registers, then of 16, then one by one. On x64 all tokens of a batch pass a group before the next one.
/// </remarks>
internal sealed unsafe partial class GenericExpand : ExpandKernel
{
    private const int TableEntries = SignLayout.TableEntries;
    private const int TableLength = SignLayout.TableLength;

    private readonly int planeCount;

    public GenericExpand(int nOut, int rank) : base(nOut, rank)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rank, SignLayout.RanksPerPass);
        (planeCount, tableCount) = (SignLayout.Planes(rank), SignLayout.Tables(rank));
    }

    /// <inheritdoc/>
    public override string Path =>
        InstructionSets.HasAvx512 ? "Avx512" :
        InstructionSets.HasAvx2 ? "Avx2" :
        InstructionSets.HasAdvSimd ? "AdvSimd" :
        "scalar";

    /// <inheritdoc/>
    public override void Run(byte* planes, float* scaleOut, byte* z, int zStride, int tokens, float* y, int rowStart, int rowEnd, float weight)
    {
        if (tokens > 1)
        {
            if (InstructionSets.HasAvx512) rowStart = BatchAvx512(planes, scaleOut, z, zStride, tokens, y, rowStart, rowEnd, weight);
            if (InstructionSets.HasAvx2) rowStart = BatchAvx2(planes, scaleOut, z, zStride, tokens, y, rowStart, rowEnd, weight);
            if (rowStart == rowEnd) return;
        }
        for (var t = 0; t < tokens; t++, z += zStride, y += NOut)
        {
            var scale = weight * *(float*)(z + SignLayout.ScaleOffset(Rank));
            var o = rowStart;
            if (InstructionSets.HasAvx512) o = RunAvx512(planes, scaleOut, z, y, o, rowEnd, scale);
            if (InstructionSets.HasAvx2) o = RunAvx2(planes, scaleOut, z, y, o, rowEnd, scale);
            if (InstructionSets.HasSsse3 || InstructionSets.HasAdvSimd) o = Run128(planes, scaleOut, z, y, o, rowEnd, scale);
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

    private static short Entry(byte* table, int index) => (short)(table[index] | table[TableEntries + index] << 8);

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
            SignOperations.AddTo(y + o, a, scaleOut + o, factor);
            SignOperations.AddTo(y + o + 4, b, scaleOut + o + 4, factor);
            SignOperations.AddTo(y + o + 8, c, scaleOut + o + 8, factor);
            SignOperations.AddTo(y + o + 12, d, scaleOut + o + 12, factor);
        }
        return o;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void LookUp(byte* table, Vector128<byte> index, ref Vector128<short> low, ref Vector128<short> high)
    {
        var lowBytes = SignOperations.LookUp(Vector128.Load(table), index);
        var highBytes = SignOperations.LookUp(Vector128.Load(table + TableEntries), index);
        low += SignOperations.InterleaveLow(lowBytes, highBytes);
        high += SignOperations.InterleaveHigh(lowBytes, highBytes);
    }
}
