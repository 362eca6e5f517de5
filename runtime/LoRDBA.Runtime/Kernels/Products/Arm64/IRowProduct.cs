using System.Runtime.Intrinsics;

namespace LoRDBA.Runtime.Kernels.Products.Arm64;

/// <summary>The 32 activations of a block, laid out for one way to multiply a row's codes with them; and that way.</summary>
internal unsafe interface IRowProduct<TSelf> where TSelf : struct, IRowProduct<TSelf>
{
    /// <summary>From the 32 activations.</summary>
    static abstract TSelf Of(Vector128<short> a0, Vector128<short> a1, Vector128<short> a2, Vector128<short> a3);

    /// <summary>Partial sums of a row's codes times the activations, or times their upper and their lower bytes.</summary>
    void Multiply(byte* row, int block, out Vector128<int> high, out Vector128<int> low);

    /// <summary>The sums of four rows, a lane each.</summary>
    static abstract Vector128<int> Sum(
        Vector128<int> high0, Vector128<int> high1, Vector128<int> high2, Vector128<int> high3,
        Vector128<int> low0, Vector128<int> low1, Vector128<int> low2, Vector128<int> low3);
}
