using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using LoRDBA.Runtime.Blocks;
using LoRDBA.Runtime.Models;

namespace LoRDBA.Runtime.Kernels;

/// <summary>
/// The product of block-quantized weights with 8-bit activations. <typeparamref name="TBlock"/> only knows how to load a
/// block of 32 weights w_j = scale · q_j + min; everything else is written once, per instruction set, in the files beside this one:
/// <code>
///   y = Σ_blocks  ( scale · Σ_quads d · Σ_4 q · a )   +   min · Σ_32 d · a
///                   weight    x       8-bit products      made when x was quantized
/// </code>
/// Four tokens share one load and one unpacking of a weight block. A token's sum is formed in the same order whether it
/// comes alone or in a panel, so prefill in chunks of any size gives the same bits.
/// </summary>
internal sealed unsafe partial class Int8MatMul<TBlock> : MatMul where TBlock : struct, IQuantizedBlock
{
    /// <summary>The kernel has no state: one serves all.</summary>
    public static readonly Int8MatMul<TBlock> Instance = new();

    private Int8MatMul() { }

    /// <inheritdoc/>
    public override bool ReadsQuantized => true;

    /// <inheritdoc/>
    public override void Run(Linear weights, in MatMulInput x, float* y, int rowStart, int rowEnd, float* scratch)
    {
        var (nOut, rows) = (weights.NOut, x.Quantized);
        var blocks = rows.Blocks;
        for (var row = rowStart; row < rowEnd; row++)
        {
            var w = weights.Data + row * weights.RowBytes;
            var t = 0;
            for (; t <= x.Tokens - 4; t += 4) Dot4(w, rows, t, blocks, y + (long)t * nOut + row, nOut);
            for (; t < x.Tokens; t++) y[(long)t * nOut + row] = Dot1(w, rows, t, blocks);
        }
    }

    /// <summary>One row of weights times one token.</summary>
    private static float Dot1(byte* w, in QuantizedRows rows, int token, int blocks)
    {
        var a = rows.CodesOf(token);
        var d = rows.ScalesOf(token);
        var s = rows.SumsOf(token);
        if (Avx2.IsSupported && Fma.IsSupported) return Dot1Avx2(w, a, d, s, blocks);
        if (AdvSimd.Arm64.IsSupported) return Dot1AdvSimd(w, a, d, s, blocks);
        return Dot1Scalar(w, a, d, s, blocks);
    }

    /// <summary>One row of weights times tokens [<paramref name="token"/>, +4), to y, y + stride, y + 2 · stride, y + 3 · stride.</summary>
    private static void Dot4(byte* w, in QuantizedRows rows, int token, int blocks, float* y, int stride)
    {
        var a = rows.CodesOf(token);
        var d = rows.ScalesOf(token);
        var s = rows.SumsOf(token);
        if (Avx2.IsSupported && Fma.IsSupported)
        {
            Dot4Avx2(w, a, d, s, blocks, y, stride);
        }
        else if (AdvSimd.Arm64.IsSupported)
        {
            Dot4AdvSimd(w, a, d, s, blocks, y, stride);
        }
        else
        {
            for (var t = 0; t < 4; t++) y[t * stride] = Dot1Scalar(w, rows.CodesOf(token + t), rows.ScalesOf(token + t), rows.SumsOf(token + t), blocks);
        }
    }
}
