using System.Numerics.Tensors;

namespace LoRDBA.Training.Backward;

/// <summary>
/// The gate of the feed-forward block (arXiv 2002.05202, section 2): y = silu(gate) ⊙ up, silu(g) = g · σ(g), σ(g) = 1 / (1 + e^-g).
/// Element by element, so any shape will do.
/// </summary>
/// <remarks>The runtime's kernel overwrites the gate, which the way back needs, and its exponential rounds differently.</remarks>
public static class SwiGlu
{
    // What is computed at a time, so that intermediate values stay in the first-level cache.
    private const int Tile = 1024;

    /// <summary>Overwrites y.</summary>
    /// <param name="gate">[length]; has to be the same on the way back.</param>
    /// <param name="up">[length]; has to be the same on the way back.</param>
    /// <param name="y">[length]</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void Forward(ReadOnlySpan<float> gate, ReadOnlySpan<float> up, Span<float> y)
    {
        Lengths.Require(up.Length, 1, gate.Length, nameof(up));
        Lengths.Require(y.Length, 1, gate.Length, nameof(y));
        for (var start = 0; start < gate.Length; start += Tile)
        {
            var n = Math.Min(Tile, gate.Length - start);
            var g = gate.Slice(start, n);
            var result = y.Slice(start, n);
            Sigmoid(g, result);
            TensorPrimitives.Multiply(result, g, result);
            TensorPrimitives.Multiply(result, up.Slice(start, n), result);
        }
    }

    /// <summary>dgate += dy · up · σ (1 + gate (1 − σ)), dup += dy · gate · σ.</summary>
    /// <param name="gate">[length], as on the way forward.</param>
    /// <param name="up">[length], as on the way forward.</param>
    /// <param name="dy">[length], the gradient by y.</param>
    /// <param name="dgate">[length], added to.</param>
    /// <param name="dup">[length], added to.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void Backward(
        ReadOnlySpan<float> gate, ReadOnlySpan<float> up, ReadOnlySpan<float> dy, Span<float> dgate, Span<float> dup)
    {
        Lengths.Require(up.Length, 1, gate.Length, nameof(up));
        Lengths.Require(dy.Length, 1, gate.Length, nameof(dy));
        Lengths.Require(dgate.Length, 1, gate.Length, nameof(dgate));
        Lengths.Require(dup.Length, 1, gate.Length, nameof(dup));
        Span<float> sigmoids = stackalloc float[Tile], silus = stackalloc float[Tile], slopes = stackalloc float[Tile];
        for (var start = 0; start < gate.Length; start += Tile)
        {
            var n = Math.Min(Tile, gate.Length - start);
            ReadOnlySpan<float> g = gate.Slice(start, n), d = dy.Slice(start, n);
            Span<float> sigmoid = sigmoids[..n], silu = silus[..n], slope = slopes[..n];
            Span<float> byGate = dgate.Slice(start, n), byUp = dup.Slice(start, n);
            Sigmoid(g, sigmoid);
            TensorPrimitives.Multiply(g, sigmoid, silu);
            // σ (1 + g (1 − σ)) = σ (1 − silu) + silu
            TensorPrimitives.Subtract(1, silu, slope);
            TensorPrimitives.MultiplyAdd(sigmoid, slope, silu, slope);
            TensorPrimitives.Multiply(slope, up.Slice(start, n), slope);
            TensorPrimitives.MultiplyAdd(slope, d, byGate, byGate);
            TensorPrimitives.MultiplyAdd(silu, d, byUp, byUp);
        }
    }

    // One to three numbers go another way through TensorPrimitives, with other bits: the result would depend on how rows are dealt out.
    private static void Sigmoid(ReadOnlySpan<float> x, Span<float> y)
    {
        const int whole = 16;
        if (x.Length >= whole)
        {
            TensorPrimitives.Sigmoid(x, y);
            return;
        }

        Span<float> padded = stackalloc float[whole];
        padded.Clear();
        x.CopyTo(padded);
        TensorPrimitives.Sigmoid(padded, padded);
        padded[..x.Length].CopyTo(y);
    }
}
