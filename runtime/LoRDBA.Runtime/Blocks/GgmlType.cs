namespace LoRDBA.Runtime.Blocks;

/// <summary>
/// The type of a tensor's elements, numbered as in ggml; missing numbers have been retired. A type that is named here can be
/// listed; a type whose values can be read has a row in <see cref="Blocks.BlockFormat"/>.
/// </summary>
public enum GgmlType : uint
{
    /// <summary>32-bit IEEE 754 number.</summary>
    F32 = 0,
    /// <summary>16-bit IEEE 754 number.</summary>
    F16 = 1,
    /// <summary>4-bit integers, one scale per block.</summary>
    Q4_0 = 2,
    /// <summary>4-bit integers, scale and minimum per block.</summary>
    Q4_1 = 3,
    /// <summary>5-bit integers, one scale per block.</summary>
    Q5_0 = 6,
    /// <summary>5-bit integers, scale and minimum per block.</summary>
    Q5_1 = 7,
    /// <summary>8-bit integers, one scale per block.</summary>
    Q8_0 = 8,
    /// <summary>8-bit integers, scale and sum per block: an intermediate of ggml.</summary>
    Q8_1 = 9,
    /// <summary>2-bit integers in super-blocks.</summary>
    Q2_K = 10,
    /// <summary>3-bit integers in super-blocks.</summary>
    Q3_K = 11,
    /// <summary>4-bit integers in super-blocks.</summary>
    Q4_K = 12,
    /// <summary>5-bit integers in super-blocks.</summary>
    Q5_K = 13,
    /// <summary>6-bit integers in super-blocks.</summary>
    Q6_K = 14,
    /// <summary>8-bit integers in super-blocks: an intermediate of ggml.</summary>
    Q8_K = 15,
    /// <summary>2.06 bits per weight, from a codebook.</summary>
    IQ2_XXS = 16,
    /// <summary>2.31 bits per weight, from a codebook.</summary>
    IQ2_XS = 17,
    /// <summary>3.06 bits per weight, from a codebook.</summary>
    IQ3_XXS = 18,
    /// <summary>1.56 bits per weight, from a codebook.</summary>
    IQ1_S = 19,
    /// <summary>4-bit indices into a table of 16 values, one scale per block.</summary>
    IQ4_NL = 20,
    /// <summary>3.44 bits per weight, from a codebook.</summary>
    IQ3_S = 21,
    /// <summary>2.56 bits per weight, from a codebook.</summary>
    IQ2_S = 22,
    /// <summary>4-bit indices into a table of 16 values, in super-blocks.</summary>
    IQ4_XS = 23,
    /// <summary>8-bit signed integer; also how raw bytes are stored.</summary>
    I8 = 24,
    /// <summary>16-bit signed integer.</summary>
    I16 = 25,
    /// <summary>32-bit signed integer.</summary>
    I32 = 26,
    /// <summary>64-bit signed integer.</summary>
    I64 = 27,
    /// <summary>64-bit IEEE 754 number.</summary>
    F64 = 28,
    /// <summary>1.75 bits per weight, from a codebook.</summary>
    IQ1_M = 29,
    /// <summary>The upper half of a 32-bit IEEE 754 number.</summary>
    BF16 = 30,
    /// <summary>Ternary, 1.69 bits per weight.</summary>
    TQ1_0 = 34,
    /// <summary>Ternary, 2.06 bits per weight.</summary>
    TQ2_0 = 35,
    /// <summary>4-bit floating point with a shared power of two (OCP microscaling).</summary>
    MXFP4 = 39,
    /// <summary>4-bit floating point with 8-bit floating-point scales.</summary>
    NVFP4 = 40,
    /// <summary>One bit, one scale per block of 128.</summary>
    Q1_0 = 41,
    /// <summary>2-bit integers, one scale per block of 64.</summary>
    Q2_0 = 42,
}
