namespace LoRDBA.Runtime.Blocks;

/// <summary>How many elements of a tensor row form a block, and how many bytes that block has.</summary>
internal readonly record struct BlockSize(int Elements, int Bytes)
{
    /// <summary>Elements in a block of the K and IQ formats.</summary>
    public const int SuperBlock = 256;

    /// <summary>Blocks of 32 in a super-block.</summary>
    public const int SubBlocks = SuperBlock / 32;

    /// <summary>
    /// The sizes of all tensor types of ggml, also those whose values cannot be read yet: a file that holds them can be listed.
    /// The sizes of readable formats come from their own files. False for numbers that are no type or a retired one.
    /// </summary>
    public static bool TryOf(GgmlType type, out BlockSize size)
    {
        size = type switch
        {
            GgmlType.F32 => new(1, F32.Bytes),
            GgmlType.F16 => new(1, F16.Bytes),
            GgmlType.BF16 => new(1, BF16.Bytes),
            GgmlType.F64 or GgmlType.I64 => new(1, 8),
            GgmlType.I32 => new(1, 4),
            GgmlType.I16 => new(1, 2),
            GgmlType.I8 => new(1, 1),
            GgmlType.Q4_0 => new(32, Q4_0.BlockBytes),
            GgmlType.Q4_1 => new(32, Q4_1.BlockBytes),
            GgmlType.Q5_0 => new(32, Q5_0.BlockBytes),
            GgmlType.Q5_1 => new(32, Q5_1.BlockBytes),
            GgmlType.Q8_0 => new(32, Q8_0.BlockBytes),
            GgmlType.Q8_1 => new(32, 36),
            GgmlType.IQ4_NL => new(32, IQ4_NL.BlockBytes),
            GgmlType.MXFP4 => new(32, 17),
            GgmlType.NVFP4 => new(64, 36),
            GgmlType.Q1_0 => new(128, 18),
            GgmlType.Q2_0 => new(64, 18),
            GgmlType.Q2_K => new(SuperBlock, Q2_K.BlockBytes),
            GgmlType.Q3_K => new(SuperBlock, Q3_K.BlockBytes),
            GgmlType.Q4_K => new(SuperBlock, Q4_K.BlockBytes),
            GgmlType.Q5_K => new(SuperBlock, Q5_K.BlockBytes),
            GgmlType.Q6_K => new(SuperBlock, Q6_K.BlockBytes),
            GgmlType.Q8_K => new(SuperBlock, 292),
            GgmlType.IQ1_S => new(SuperBlock, 50),
            GgmlType.IQ1_M => new(SuperBlock, 56),
            GgmlType.IQ2_XXS => new(SuperBlock, 66),
            GgmlType.IQ2_XS => new(SuperBlock, 74),
            GgmlType.IQ2_S => new(SuperBlock, 82),
            GgmlType.IQ3_XXS => new(SuperBlock, 98),
            GgmlType.IQ3_S => new(SuperBlock, 110),
            GgmlType.IQ4_XS => new(SuperBlock, IQ4_XS.BlockBytes),
            GgmlType.TQ1_0 => new(SuperBlock, 54),
            GgmlType.TQ2_0 => new(SuperBlock, 66),
            _ => default,
        };
        return size != default;
    }
}
