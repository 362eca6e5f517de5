using LoRDBA.Runtime.Blocks;
using LoRDBA.Runtime.Kernels.Products.Arm64;
using LoRDBA.Runtime.Kernels.Products.X64;

namespace LoRDBA.Runtime.Kernels.Products;

/// <summary>Which kernel multiplies the weights of a block format: a row for each format of <see cref="BlockFormat.All"/>.</summary>
internal static class MatMuls
{
    /// <summary>The fastest kernel of a format on this machine.</summary>
    public static MatMul Of(BlockFormat format) => Of(format, InstructionSets.Best);

    /// <summary>
    /// The kernel of a format on the instructions of <paramref name="set"/>; the scalar one, where the machine lacks them.
    /// </summary>
    public static MatMul Of(BlockFormat format, InstructionSet set) => format.Type switch
    {
        GgmlType.F32 => OfNumbers<SingleNumber>(set),
        GgmlType.F16 => OfNumbers<HalfNumber>(set),
        GgmlType.BF16 => OfNumbers<UpperHalfNumber>(set),
        GgmlType.Q8_0 => Of<Q8_0>(set),
        GgmlType.Q4_0 => Of<Q4_0>(set),
        GgmlType.Q4_1 => Of<Q4_1>(set),
        GgmlType.Q5_0 => Of<Q5_0>(set),
        GgmlType.Q5_1 => Of<Q5_1>(set),
        GgmlType.IQ4_NL => Of<IQ4_NL>(set),
        GgmlType.Q4_K => Of<Q4_K>(set),
        GgmlType.Q5_K => Of<Q5_K>(set),
        GgmlType.Q6_K => OfFields<Q6_K>(set),
        GgmlType.Q3_K => OfFields<Q3_K>(set),
        GgmlType.IQ4_XS => Of<IQ4_XS>(set),
        GgmlType.Q2_K => FloatMatMul.Instance,
        _ => throw new NotSupportedException($"{format} has no kernel."),
    };

    // The conditions are constants: a program has only the kernels that its processors can run.
    private static MatMul Of<TBlock>(InstructionSet set) where TBlock : struct, IQuantizedBlock => set switch
    {
        InstructionSet.Avx512 when InstructionSets.HasAvx512 => TBlock.IsNarrow
            ? BlockMatMul<TBlock, Avx512Path<TBlock, Avx512NarrowRows<TBlock>>>.Instance
            : BlockMatMul<TBlock, Avx512Path<TBlock, Avx512Rows<TBlock>>>.Instance,
        InstructionSet.Avx2 when InstructionSets.HasAvx2 => BlockMatMul<TBlock, Avx2Path<TBlock>>.Instance,
        InstructionSet.AdvSimd when InstructionSets.HasAdvSimd => BlockMatMul<TBlock, AdvSimdPath<TBlock>>.Instance,
        // A factor for half a block does not fit a dot product of bytes.
        InstructionSet.Dp when InstructionSets.HasDp => TBlock.HasFactors
            ? BlockMatMul<TBlock, AdvSimdPath<TBlock>>.Instance
            : BlockMatMul<TBlock, DpPath<TBlock>>.Instance,
        _ => BlockMatMul<TBlock, ScalarPath<TBlock>>.Instance,
    };

    private static MatMul OfFields<TBlock>(InstructionSet set) where TBlock : struct, IQuantizedBlock, IFieldBlock =>
        set == InstructionSet.Avx512 && InstructionSets.HasAvx512
            ? BlockMatMul<TBlock, Avx512Path<TBlock, Avx512FieldRows<TBlock>>>.Instance
            : Of<TBlock>(set);

    private static MatMul OfNumbers<TNumber>(InstructionSet set) where TNumber : struct, INumber => set switch
    {
        InstructionSet.Avx512 when InstructionSets.HasAvx512 => NumberMatMul<TNumber, Lanes512>.Instance,
        InstructionSet.Avx2 when InstructionSets.HasAvx2 => NumberMatMul<TNumber, Lanes256>.Instance,
        InstructionSet.AdvSimd or InstructionSet.Dp when InstructionSets.HasAdvSimd => NumberMatMul<TNumber, Lanes128>.Instance,
        _ => FloatMatMul.Instance,
    };
}
