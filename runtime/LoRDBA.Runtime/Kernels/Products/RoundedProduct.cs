using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace LoRDBA.Runtime.Kernels.Products;

/// <summary>Products of whole numbers with fractions of 15 bits, rounded to whole numbers: (a · f + 2^14) >> 15, the same on every machine.</summary>
internal static unsafe class RoundedProduct
{
    private const int FractionBits = 15;

    /// <summary>product_i = a_i · factor_i</summary>
    /// <param name="a">[length], none of them -32 768.</param>
    /// <param name="factors">[length], over 2^15.</param>
    /// <param name="product">[length]</param>
    /// <param name="length">A multiple of 32.</param>
    public static void Multiply(short* a, short* factors, short* product, int length)
    {
        if (InstructionSets.HasAvx512)
            for (var i = 0; i < length; i += 32) Avx512BW.MultiplyHighRoundScale(Vector512.Load(a + i), Vector512.Load(factors + i)).Store(product + i);
        else if (InstructionSets.HasAvx2)
            for (var i = 0; i < length; i += 16) Avx2.MultiplyHighRoundScale(Vector256.Load(a + i), Vector256.Load(factors + i)).Store(product + i);
        else if (InstructionSets.HasAdvSimd)
            for (var i = 0; i < length; i += 8) AdvSimd.MultiplyRoundedDoublingSaturateHigh(Vector128.Load(a + i), Vector128.Load(factors + i)).Store(product + i);
        else
            MultiplyScalar(a, factors, product, length);
    }

    /// <summary>The scalar twin.</summary>
    internal static void MultiplyScalar(short* a, short* factors, short* product, int length)
    {
        for (var i = 0; i < length; i++) product[i] = (short)(a[i] * factors[i] + (1 << (FractionBits - 1)) >> FractionBits);
    }
}
