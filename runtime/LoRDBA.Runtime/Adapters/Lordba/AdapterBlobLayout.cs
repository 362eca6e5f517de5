using LoRDBA.Runtime.Kernels.Signs;

namespace LoRDBA.Runtime.Adapters.Lordba;

/// <summary>
/// Where the parts of one weight's tensor lie: the only place that knows. All follows from shape, rank and scale codes.
/// </summary>
/// <remarks>
/// The tensor is one-dimensional, I8, and begins on a multiple of 32 bytes of the file:
/// <code>
///   0        header, 32 bytes
///              0  u16 rank            2  u8  out_bits        3  u8  in_bits (0: no s_in)
///              4  u32 n_in            8  u32 n_out
///             12  f32 out_log2_min   16  f32 out_log2_step
///             20  f32 in_log2_min    24  f32 in_log2_step   28  u32 reserved, 0
///   32       S_A     rank rows of n_in signs           (<see cref="SignMatrix"/>)
///   ..       S_B^T   rank rows of n_out signs
///   ..       m       rank F16
///   ..       s_out   n_out codes of out_bits bits      (<see cref="ScaleCode"/>)
///   ..       s_in    n_in codes of in_bits bits, if in_bits is not 0
/// </code>
/// Everything is little-endian; every part begins on a multiple of 8 bytes, the whole is a multiple of 32, and what
/// lies between is zero. This is the order in which the kernels read.
/// </remarks>
internal readonly struct AdapterBlobLayout
{
    /// <summary>Length of the header, and where S_A begins.</summary>
    public const int HeaderLength = 32;

    /// <summary>The largest rank a blob may have.</summary>
    public const int MaxRank = 4096;

    private const int SectionAlignment = 8;
    private const int TensorAlignment = 32;

    /// <summary>Lays out the parts.</summary>
    /// <param name="nIn">Inputs of the linear layer.</param>
    /// <param name="nOut">Outputs of the linear layer.</param>
    /// <param name="rank">1 to <see cref="MaxRank"/>.</param>
    /// <param name="outBits">Bits of a code of s_out.</param>
    /// <param name="inBits">Bits of a code of s_in, or 0.</param>
    public AdapterBlobLayout(int nIn, int nOut, int rank, int outBits, int inBits)
    {
        SignsA = HeaderLength;
        SignsB = SignsA + (long)rank * SignMatrix.StrideOf(nIn);
        M = SignsB + (long)rank * SignMatrix.StrideOf(nOut);
        MLength = 2 * rank;
        ScaleOut = RoundUp(M + MLength, SectionAlignment);
        ScaleOutLength = ScaleCode.ByteLength(outBits, nOut);
        ScaleIn = RoundUp(ScaleOut + ScaleOutLength, SectionAlignment);
        ScaleInLength = ScaleCode.ByteLength(inBits, nIn);
        Length = RoundUp(ScaleIn + ScaleInLength, TensorAlignment);
    }

    /// <summary>Offset of S_A.</summary>
    public long SignsA { get; }

    /// <summary>Offset of S_B transposed.</summary>
    public long SignsB { get; }

    /// <summary>Offset of m.</summary>
    public long M { get; }

    /// <summary>Bytes of m.</summary>
    public int MLength { get; }

    /// <summary>Offset of s_out.</summary>
    public long ScaleOut { get; }

    /// <summary>Bytes of s_out.</summary>
    public int ScaleOutLength { get; }

    /// <summary>Offset of s_in.</summary>
    public long ScaleIn { get; }

    /// <summary>Bytes of s_in; 0 when there is none.</summary>
    public int ScaleInLength { get; }

    /// <summary>Length of the tensor.</summary>
    public long Length { get; }

    private static long RoundUp(long offset, int alignment) => (offset + alignment - 1) & -alignment;
}
