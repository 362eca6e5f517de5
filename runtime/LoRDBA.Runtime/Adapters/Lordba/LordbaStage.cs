using System.Runtime.Intrinsics;
using LoRDBA.Runtime.Adapters.Binding;
using LoRDBA.Runtime.Kernels;
using LoRDBA.Runtime.Kernels.Signs;

namespace LoRDBA.Runtime.Adapters.Lordba;

/// <summary>A branch's place in the shrink product that it shares.</summary>
/// <param name="Branch">The branch.</param>
/// <param name="Offset">Its first row.</param>
/// <param name="Slot">Which of the linears of this input it is.</param>
internal readonly record struct LordbaPart(LordbaBranch Branch, int Offset, int Slot);

/// <summary>
/// One shrink product: S_A of all branches that read one input, row after row, so that the activations are quantized once and
/// pass by once. A branch with s_in reads an input of its own, and is a stage of its own.
/// </summary>
/// <param name="number">Its place in the adapter's list.</param>
/// <param name="signs">S_A of its parts, [rank][n_in].</param>
/// <param name="m">m of its parts, [rank], with room for whole groups of four.</param>
/// <param name="scaleIn">s_in, [n_in], or null.</param>
/// <param name="parts">Its branches, in the order of their rows.</param>
internal sealed unsafe class LordbaStage(int number, SignMatrix signs, float* m, float* scaleIn, LordbaPart[] parts)
{
    /// <summary>Its place in the adapter's list.</summary>
    public int Number => number;

    /// <summary>Inputs.</summary>
    public int NIn => signs.Columns;

    /// <summary>Rows of all parts.</summary>
    public int Rank => signs.Rows;

    /// <summary>Its branches.</summary>
    public IReadOnlyList<LordbaPart> Parts => parts;

    /// <summary>The kernel where no generated one fits.</summary>
    public ShrinkKernel GenericKernel { get; } = new GenericShrink(signs.Columns, signs.Rows);

    /// <summary>Brings the rows of several branches together; called once, before the stage is used.</summary>
    public void CopySigns()
    {
        if (parts.Length == 1) return;
        foreach (var part in parts)
            Buffer.MemoryCopy(part.Branch.SignsA.Bits, signs.Bits + (long)part.Offset * signs.Stride, (long)part.Branch.Rank * signs.Stride, (long)part.Branch.Rank * signs.Stride);
    }

    /// <summary>z of every part and token, as look-up tables.</summary>
    public void Run(ShrinkKernel kernel, in ShrinkCall call)
    {
        ref readonly var scratch = ref call.Scratch.Of(call.Worker);
        var batch = scratch.Batch.For(NIn);
        for (var first = 0; first < call.X.Tokens; first += AdapterScratch.ShrinkTokens)
        {
            var count = Math.Min(AdapterScratch.ShrinkTokens, call.X.Tokens - first);
            for (var t = 0; t < count; t++) Quantize(call.X, first + t, batch, t);
            kernel.Run(signs.Bits, batch, count, scratch.Sums, scratch.Tile);
            for (var t = 0; t < count; t++)
            {
                Scale(scratch.Sums + t * kernel.SumStride, kernel.SumStride, batch.Scale(t), scratch.Z);
                // The last part first: building its tables overwrites what lies behind a part's ranks, the next part's z.
                for (var i = parts.Length - 1; i >= 0; i--)
                    LookupTables.Build(scratch.Z + parts[i].Offset, parts[i].Branch.Rank, call.Scratch.Bottleneck(parts[i].Slot, call.Row + first + t));
            }
        }
    }

    private void Quantize(in MatMulInput x, int row, in SignBatch batch, int token)
    {
        if (scaleIn == null && NIn % QuantizedRows.BlockLength == 0) batch.Quantize(x.Quantized, row, token);
        else batch.Quantize(x.Values + (long)row * NIn, scaleIn, NIn, token);
    }

    /// <summary>z[k] = m[k] · scale · sums[k]</summary>
    private void Scale(int* sums, int count, float scale, float* z)
    {
        for (var k = 0; k < count; k += Vector128<float>.Count)
            (Vector128.ConvertToSingle(Vector128.Load(sums + k)) * (Vector128.Load(m + k) * Vector128.Create(scale))).Store(z + k);
    }
}
