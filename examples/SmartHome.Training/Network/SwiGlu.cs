using System.Numerics.Tensors;

namespace LoRDBA.Examples.SmartHome.Training.Network;

/// <summary>y = silu(g) ⊙ u, silu(g) = g · σ(g) (arXiv 2002.05202).</summary>
internal static unsafe class SwiGlu
{
    private const int Chunk = 1024;

    public static void Forward(float* g, float* u, float* y, int length)
    {
        for (var start = 0; start < length; start += Chunk)
        {
            var n = Math.Min(Chunk, length - start);
            var result = new Span<float>(y + start, n);
            TensorPrimitives.Sigmoid(new ReadOnlySpan<float>(g + start, n), result);
            TensorPrimitives.Multiply(result, new ReadOnlySpan<float>(g + start, n), result);
            TensorPrimitives.Multiply(result, new ReadOnlySpan<float>(u + start, n), result);
        }
    }

    /// <summary>dg = dy · u · σ (1 + g (1 − σ)), du = dy · g · σ.</summary>
    public static void Backward(float* g, float* u, float* dy, float* dg, float* du, int length)
    {
        Span<float> s = new float[Chunk], silu = new float[Chunk];
        for (var start = 0; start < length; start += Chunk)
        {
            var n = Math.Min(Chunk, length - start);
            ReadOnlySpan<float> gate = new(g + start, n), d = new(dy + start, n);
            Span<float> dGate = new(dg + start, n), dUp = new(du + start, n);
            s = s[..n];
            silu = silu[..n];
            TensorPrimitives.Sigmoid(gate, s);
            TensorPrimitives.Multiply(gate, s, silu);
            TensorPrimitives.Multiply(d, silu, dUp);
            // σ (1 + g (1 − σ)) = σ (1 − silu) + silu
            TensorPrimitives.Subtract(1, silu, dGate);
            TensorPrimitives.MultiplyAdd(s, dGate, silu, dGate);
            TensorPrimitives.Multiply(dGate, new ReadOnlySpan<float>(u + start, n), dGate);
            TensorPrimitives.Multiply(dGate, d, dGate);
        }
    }
}
