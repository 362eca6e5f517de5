using System.Runtime.Intrinsics;

namespace LoRDBA.Runtime.Kernels;

/// <content>The scalar twin: what the vector paths have to equal, and the path of machines without one.</content>
internal sealed unsafe partial class Int8MatMul<TBlock>
{
    /// <param name="w">[blocks] weight blocks.</param>
    /// <param name="a">[blocks][32] 8-bit activations.</param>
    /// <param name="d">[blocks][8] scales of the activations.</param>
    /// <param name="s">[blocks] scaled sums of the activations.</param>
    /// <param name="blocks">n_in / 32</param>
    internal static float Dot1Scalar(byte* w, sbyte* a, float* d, float* s, int blocks)
    {
        var q = stackalloc sbyte[32];
        var sum = 0f;
        for (var b = 0; b < blocks; b++, w += TBlock.Bytes, a += 32, d += QuantizedRows.QuadsPerBlock)
        {
            TBlock.Load(w, out var q0, out var q1);
            q0.Store(q);
            q1.Store(q + 16);

            for (var quad = 0; quad < QuantizedRows.QuadsPerBlock; quad++)
            {
                var products = 0;
                for (var j = 4 * quad; j < 4 * quad + 4; j++) products += q[j] * a[j];
                sum += TBlock.Scale(w) * d[quad] * products;
            }
            if (TBlock.HasMin) sum += TBlock.Min(w) * s[b];
        }
        return sum;
    }
}
