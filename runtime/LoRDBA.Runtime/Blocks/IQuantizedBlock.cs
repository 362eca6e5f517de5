using System.Runtime.Intrinsics;

namespace LoRDBA.Runtime.Blocks;

/// <summary>
/// Rows of blocks of 32 weights w_j = Scale · q_j + Min, as the kernels take them. Implemented by structs without fields, so that a
/// kernel written over the type parameter is compiled once per format with everything inlined.
/// </summary>
/// <remarks>
/// Block numbers count from the start of the row. In a format of super-blocks (256 weights that share a scale of scales) eight blocks have
/// the same <see cref="Offset"/>, that of their super-block, and the block's number tells them apart.
/// </remarks>
internal unsafe interface IQuantizedBlock
{
    /// <summary>False if there is no minimum.</summary>
    static abstract bool HasMin { get; }

    /// <summary>
    /// True if each half of a block has a factor of its own, a whole number: w_j = Scale · Factor(j / 16) · q_j,
    /// with |Factor · q_j| at most 4096.
    /// </summary>
    static virtual bool HasFactors => false;

    /// <summary>True if a block begins with its scale, and then its minimum where there is one, each as f16.</summary>
    static virtual bool BeginsWithScale => false;

    /// <summary>
    /// What <see cref="Load"/> subtracts from the codes c in the file. A kernel may subtract it from the sum instead:
    /// Σ (c - Zero) · a = Σ c · a - Zero · Σ a.
    /// </summary>
    static virtual int Zero => 0;

    /// <summary>True if loading a code takes many instructions: its bits lie in two places, or its place takes arithmetic and a look-up.</summary>
    static virtual bool HasHighBits => false;

    /// <summary>True if the codes, before <see cref="Zero"/> is subtracted, are 0 to 15.</summary>
    static virtual bool HasNibbles => false;

    /// <summary>Bytes from the start of a row to the block, or to the super-block that holds it.</summary>
    static abstract int Offset(int block);

    /// <summary>q_0 to q_31 of the block that lies at <paramref name="at"/>, each in [-128, 127].</summary>
    static abstract Vector256<sbyte> Load(byte* at, int block);

    /// <summary>c_j = q_j + Zero, none of them negative; only if <see cref="Zero"/> is not 0.</summary>
    static virtual Vector256<sbyte> LoadCodes(byte* at, int block) => throw new NotSupportedException();

    /// <summary>The factors of both halves; only if <see cref="HasFactors"/>.</summary>
    static virtual void Factors(byte* at, int block, out short f0, out short f1) => f0 = f1 = 1;

    /// <summary>True if q_j + <see cref="Zero"/> lies in [0, 31]: two products of such codes and bytes fit 16 bits.</summary>
    static virtual bool IsNarrow => false;

    /// <summary>
    /// q + <see cref="Zero"/> of the same block of two rows a and b: | a_0 ... a_31 | b_0 ... b_31 |. Only if <see cref="IsNarrow"/>, and
    /// with AVX-512.
    /// </summary>
    static virtual Vector512<byte> LoadPair(byte* a, byte* b, int block) => throw new NotSupportedException();

    /// <summary>Blocks whose scales are read together: a range begins and ends between two such groups.</summary>
    static virtual int BlocksTogether => 1;

    /// <summary>Scales, and minima where there are any, of the same range of blocks in several rows.</summary>
    static abstract void Scales(in BlockRange range, float* scales, float* mins);
}

/// <summary>Blocks [First, First + Count) of <see cref="Rows"/> rows.</summary>
/// <param name="row">The first row.</param>
/// <param name="rowBytes">Bytes from one row to the next.</param>
/// <param name="rows">How many rows; the lanes behind them, up to the stride, are not written.</param>
/// <param name="first">The first block.</param>
/// <param name="count">How many blocks.</param>
/// <param name="stride">Floats from one block's scales to the next's: scale of row r and block First + b at [b · stride + r].</param>
internal readonly unsafe struct BlockRange(byte* row, long rowBytes, int rows, int first, int count, int stride)
{
    public byte* Row => row;

    /// <summary>Row <paramref name="r"/>, or the last one behind it.</summary>
    public byte* RowAt(int r) => row + Math.Min(r, rows - 1) * rowBytes;

    public long RowBytes => rowBytes;
    public int Rows => rows;
    public int First => first;
    public int Count => count;
    public int Stride => stride;
}
