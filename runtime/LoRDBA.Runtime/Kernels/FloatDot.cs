using System.Numerics;
using System.Runtime.CompilerServices;

namespace LoRDBA.Runtime.Kernels;

/// <summary>Float32 building blocks of attention and of the float32 matrix product.</summary>
internal static unsafe class FloatDot
{
    /// <summary>sum_i a_i · b_i. The order of summation depends on the length and the machine alone.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Dot(float* a, float* b, int length)
    {
        // Four chains of accumulators: one alone would wait for the latency of each addition.
        Vector<float> sum0 = default, sum1 = default, sum2 = default, sum3 = default;
        var width = Vector<float>.Count;
        var i = 0;
        for (; i <= length - 4 * width; i += 4 * width)
        {
            sum0 = Vector.FusedMultiplyAdd(Vector.Load(a + i), Vector.Load(b + i), sum0);
            sum1 = Vector.FusedMultiplyAdd(Vector.Load(a + i + width), Vector.Load(b + i + width), sum1);
            sum2 = Vector.FusedMultiplyAdd(Vector.Load(a + i + 2 * width), Vector.Load(b + i + 2 * width), sum2);
            sum3 = Vector.FusedMultiplyAdd(Vector.Load(a + i + 3 * width), Vector.Load(b + i + 3 * width), sum3);
        }
        for (; i <= length - width; i += width) sum0 = Vector.FusedMultiplyAdd(Vector.Load(a + i), Vector.Load(b + i), sum0);

        var sum = Vector.Sum(sum0 + sum1 + (sum2 + sum3));
        for (; i < length; i++) sum += a[i] * b[i];
        return sum;
    }

    /// <summary>y_i ← y_i + scale · x_i</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddScaled(float* y, float* x, float scale, int length)
    {
        var scales = new Vector<float>(scale);
        var width = Vector<float>.Count;
        var i = 0;
        for (; i <= length - width; i += width) Vector.FusedMultiplyAdd(scales, Vector.Load(x + i), Vector.Load(y + i)).Store(y + i);
        for (; i < length; i++) y[i] += scale * x[i];
    }
}
