namespace LoRDBA.Generator.Model;

/// <summary>Instruction sets that a kernel has a path for, besides the scalar one that it always has.</summary>
[Flags]
internal enum Paths
{
    /// <summary>Portable C#: what every other path is compared with.</summary>
    Scalar = 0,

    /// <summary>128-bit vectors of every 64-bit Arm.</summary>
    AdvSimd = 1,

    /// <summary>Arm's int8 dot products (SDOT), of Cortex-A76 and later.</summary>
    Dp = 2,

    /// <summary>256-bit vectors of x64.</summary>
    Avx2 = 4,

    /// <summary>512-bit vectors of x64.</summary>
    Avx512 = 8,
}
