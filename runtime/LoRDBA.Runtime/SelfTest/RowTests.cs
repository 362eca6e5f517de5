using LoRDBA.Runtime.Generation;
using LoRDBA.Runtime.Kernels;

namespace LoRDBA.Runtime.SelfTest;

/// <summary>What works on one row: gates, caps, norms, rotations, softmax. Lengths end within a register.</summary>
internal static unsafe class RowTests
{
    private const int Length = 4 * Lanes.Count + 5;

    /// <summary>silu(gate) · up.</summary>
    public static void SwiGlu(Comparison comparison) => Gate<SwiGlu>(gate => gate, comparison);

    /// <summary>gelu(gate) · up.</summary>
    public static void GeGlu(Comparison comparison) => Gate<GeGlu>(gate => 2 * Math.Sqrt(2 / Math.PI) * (gate + 0.044715 * gate * gate * gate), comparison);

    /// <summary>cap · tanh(x / cap).</summary>
    public static void SoftCap(Comparison comparison)
    {
        const float Cap = 3;
        var x = Wide(seed: 30);
        float[] wide = [.. x], narrow = [.. x];
        fixed (float* wides = wide, narrows = narrow)
        {
            Kernels.SoftCap.Forward(wides, Length, Cap);
            Kernels.SoftCap.Forward<Lanes128>(narrows, Length / Lanes.Count * Lanes.Count, Cap);
        }
        comparison.Same<float>(narrow.AsSpan(0, Length / Lanes.Count * Lanes.Count), wide.AsSpan(0, Length / Lanes.Count * Lanes.Count), "registers of 128 bits");
        for (var i = 0; i < Length; i++) comparison.Near(Cap * Math.Tanh(x[i] / (double)Cap), wide[i], 1e-6 * Cap, $"value {i}");
    }

    /// <summary>x / sqrt(mean x² + eps) · weight.</summary>
    public static void RmsNorm(Comparison comparison)
    {
        const float Epsilon = 1e-5f;
        float[] x = Wide(seed: 31), weight = Operands.Values(Length, seed: 32), y = new float[Length];
        Kernels.RmsNorm.Forward(x, weight, Epsilon, y);
        var scale = 1 / Math.Sqrt(x.Sum(value => (double)value * value) / Length + Epsilon);
        for (var i = 0; i < Length; i++) comparison.Near(x[i] * scale * weight[i], y[i], 1e-5, $"value {i}");
    }

    /// <summary>Pairs of both orders, turned by position · frequency.</summary>
    public static void Rope(Comparison comparison)
    {
        const int Half = 11, Position = 1000;
        double[] frequencies = [.. Enumerable.Range(0, Half).Select(i => Math.Pow(10_000, -(double)i / Half))];
        var rotation = stackalloc float[4 * Half];
        foreach (var pairs in Enum.GetValues<RopePairs>())
        {
            var x = Operands.Values(2 * Half, seed: 33);
            float[] head = [.. x];
            fixed (float* heads = head)
            {
                Kernels.Rope.Angles(Position, frequencies, magnitude: 1, pairs, rotation);
                Kernels.Rope.Forward(heads, rotation, 2 * Half, pairs);
            }
            for (var i = 0; i < Half; i++)
            {
                var (a, b) = pairs == RopePairs.Neighbours ? (2 * i, 2 * i + 1) : (i, i + Half);
                var (sin, cos) = Math.SinCos(Position * frequencies[i]);
                comparison.Near(x[a] * cos - x[b] * sin, head[a], 1e-6, $"{pairs}, element {a}");
                comparison.Near(x[a] * sin + x[b] * cos, head[b], 1e-6, $"{pairs}, element {b}");
            }
        }
    }

    /// <summary>log Σ e^logit - logit.</summary>
    public static void Softmax(Comparison comparison)
    {
        var logits = Wide(seed: 34);
        var total = logits.Sum(logit => Math.Exp(logit));
        var likelihood = new LogLikelihood(Length);
        for (var token = 0; token < Length; token++) comparison.Near(Math.Log(total) - logits[token], (float)likelihood.Nll(logits, token), 1e-4, $"token {token}");
    }

    private static void Gate<TGate>(Func<double, double> steepness, Comparison comparison) where TGate : struct, IGate
    {
        float[] gate = Wide(seed: 35), up = Operands.Values(Length, seed: 36);
        float[] wide = [.. gate], narrow = [.. gate];
        fixed (float* wides = wide, narrows = narrow, ups = up)
        {
            GatedUnit.Forward<TGate>(wides, ups, Length);
            GatedUnit.Forward<TGate, Lanes128>(narrows, ups, Length);
        }
        comparison.Same<float>(narrow, wide, "registers of 128 bits");
        for (var i = 0; i < Length; i++)
        {
            var t = steepness(gate[i]);
            var expected = gate[i] / (1 + Math.Exp(-t)) * up[i];
            // The exponent is rounded to float32: 6e-8 of it shows in the power.
            comparison.Near(expected, wide[i], 1e-30 + (1e-6 + 1e-7 * Math.Abs(t)) * Math.Abs(expected), $"value {i}");
        }
    }

    /// <summary>Numbers from -20 to 20.</summary>
    private static float[] Wide(ulong seed)
    {
        var values = Operands.Values(Length, seed);
        foreach (ref var value in values.AsSpan()) value *= 20;
        return values;
    }
}
