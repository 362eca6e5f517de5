namespace LoRDBA.Runtime.Kernels.Products;

/// <summary>
/// A piece of a weight matrix, 32 rows by up to 9 blocks of 32, unpacked for a batch of tokens. It fits a first-level cache, and lies in
/// the order in which a batch reads it. Lanes are rows, so no product ends with a sum across a register.
/// </summary>
/// <remarks>
/// <code>
/// codes   pair 0:  | r0: q0 q1 | r1: q0 q1 | ... | r31: q0 q1 |    pair 1:  | r0: q2 q3 | ...      int16 [blocks · 16][32][2]
/// scales  block 0: | r0 | r1 | ... | r31 |                         block 1: ...                    float [blocks][32]
/// mins    as the scales
/// </code>
/// On arm64 one lane of the activations multiplies a register of rows. The codes lie in the same memory in another order:
/// <code>
/// AdvSimd  channel 0:  | r0 | r1 | ... | r31 |                  channel 1:  | r0 | ...         int16 [blocks · 32][32]
/// Dp       quad 0:     | r0: q0 q1 q2 q3 | r1 ... | r31 ... |   quad 1:  | r0: q4 ... | ...    int8 [blocks · 8][32][4]
/// </code>
/// </remarks>
internal readonly unsafe struct WeightTile
{
    /// <summary>Rows of a tile: two registers of 512 bits.</summary>
    public const int Rows = 32;

    /// <summary>Blocks of a tile: 18 KB of codes.</summary>
    public const int MaxBlocks = 9;

    /// <summary>16-bit codes from one pair of channels to the next.</summary>
    public const int PairStride = 2 * Rows;

    private const int CodeBytes = MaxBlocks * QuantizedRows.BlockLength * Rows * sizeof(short);
    private const int ScaleBytes = MaxBlocks * Rows * sizeof(float);

    /// <summary>Bytes that a tile takes.</summary>
    public const int ByteLength = CodeBytes + 2 * ScaleBytes;

    private readonly byte* start;

    /// <summary>Into how many tiles of about equal lengths the blocks of a row go, if <paramref name="together"/> blocks stay together.</summary>
    public static int PartsOf(int blocks, int together)
    {
        var most = MaxBlocks / together * together;
        return (blocks + most - 1) / most;
    }

    /// <summary>A tile in <see cref="ByteLength"/> bytes, aligned to 64.</summary>
    public WeightTile(void* memory) => start = (byte*)memory;

    /// <summary>[blocks · 16][32][2], or as the path wants them.</summary>
    public short* Codes => (short*)start;

    /// <summary>[blocks][32]</summary>
    public float* Scales => (float*)(start + CodeBytes);

    /// <summary>[blocks][32]; filled if the format has minima.</summary>
    public float* Mins => (float*)(start + CodeBytes + ScaleBytes);
}
