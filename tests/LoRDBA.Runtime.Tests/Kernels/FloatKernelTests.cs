using LoRDBA.Runtime.Kernels;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests.Kernels;

/// <summary>The float32 kernels against hand-computed cases and against the formula in double precision, at every length.</summary>
public sealed unsafe class FloatKernelTests
{
    private static float[] Values(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)(random.NextDouble() * 2 - 1))];
    }

    [Fact]
    public void Dot_equals_the_sum_in_double_at_every_length()
    {
        for (var length = 0; length <= 256; length++)
        {
            var (a, b) = (Values(length, 1), Values(length, 2));
            using var x = GuardedMemory.OfFloats(a);
            using var y = GuardedMemory.OfFloats(b);
            Assert.Equal(a.Zip(b, (p, q) => (double)p * q).Sum(), FloatDot.Dot(x.Floats, y.Floats, length), 1e-5);
        }
    }

    [Fact]
    public void Add_scaled_adds_at_every_length()
    {
        for (var length = 0; length <= 80; length++)
        {
            var (a, b) = (Values(length, 1), Values(length, 2));
            using var x = GuardedMemory.OfFloats(a);
            using var y = GuardedMemory.OfFloats(b);
            FloatDot.AddScaled(y.Floats, x.Floats, 0.5f, length);
            for (var i = 0; i < length; i++) Assert.Equal(b[i] + 0.5f * a[i], y.Floats[i], 1e-6f);
        }
    }

    [Fact]
    public void Rms_norm_divides_by_the_root_mean_square()
    {
        // mean of squares of (3, 4) = 12.5; with eps 0 the scale is 1 / 3.5355
        var y = new float[2];
        RmsNorm.Forward([3, 4], [1, 2], eps: 0, y);
        Assert.Equal(0.848528f, y[0], 1e-6f);
        Assert.Equal(2.262742f, y[1], 1e-6f);
    }

    [Fact]
    public void Rms_norm_of_zeros_is_zero()
    {
        var y = new float[] { 9, 9 };
        RmsNorm.Forward([0, 0], [1, 1], eps: 1e-5f, y);
        Assert.Equal([0f, 0f], y);
    }

    [Fact]
    public void Swi_glu_is_silu_of_the_gate_times_up()
    {
        // silu(0) = 0; silu(1) = 0.731059; silu(-2) = -0.238406
        var gate = stackalloc float[3] { 0, 1, -2 };
        var up = stackalloc float[3] { 5, 2, 10 };
        GatedUnit.Forward<SwiGlu>(gate, up, count: 3);
        Assert.Equal(0f, gate[0]);
        Assert.Equal(1.462117f, gate[1], 1e-5f);
        Assert.Equal(-2.384058f, gate[2], 1e-5f);
    }

    [Fact]
    public void Ge_glu_multiplies_the_gate_by_the_input()
    {
        // gelu(0) = 0; gelu(1) = 0.841192; gelu(-2) = -0.045402 by the tanh formula
        var gate = stackalloc float[3] { 0, 1, -2 };
        var up = stackalloc float[3] { 5, 2, 10 };
        GatedUnit.Forward<GeGlu>(gate, up, count: 3);
        Assert.Equal(0f, gate[0]);
        Assert.Equal(1.682384f, gate[1], 1e-5f);
        Assert.Equal(-0.454023f, gate[2], 1e-5f);
    }

    [Fact]
    public void Swi_glu_follows_its_definition_far_out_and_with_every_register_width() => AssertGate<SwiGlu>(g => g);

    [Fact]
    public void Ge_glu_follows_its_definition_far_out_and_with_every_register_width() =>
        AssertGate<GeGlu>(g => 2 * Math.Sqrt(2 / Math.PI) * (g + 0.044715 * g * g * g));

    private static void AssertGate<TGate>(Func<double, double> steepness) where TGate : struct, IGate
    {
        const int count = 4 * 16 + 5;
        float* gate = stackalloc float[count], up = stackalloc float[count], wide = stackalloc float[count], narrow = stackalloc float[count];
        for (var i = 0; i < count; i++) (gate[i], up[i]) = ((i - 30) * MathF.Pow(1.12f, Math.Abs(i - 30)), 0.3f * (i - 40));
        for (var i = 0; i < count; i++) wide[i] = narrow[i] = gate[i];
        GatedUnit.Forward<TGate, Lanes256>(wide, up, count);
        GatedUnit.Forward<TGate, Lanes128>(narrow, up, count);
        for (var i = 0; i < count; i++)
        {
            var t = steepness(gate[i]);
            var expected = gate[i] / (1 + Math.Exp(-t)) * up[i];
            // The exponent is rounded to float32: 6e-8 of it shows in the power.
            Assert.Equal(expected, wide[i], 1e-30 + (1e-6 + 1e-7 * Math.Abs(t)) * Math.Abs(expected));
            Assert.Equal(wide[i], narrow[i]);
        }
    }

    /// <summary>Frequencies 1 and 1/10: at position 2 the pairs turn by 2 and by 0.2. Pairs (1, 0) and (0, 1), and one element beyond rope_dim.</summary>
    [Fact]
    public void Rope_turns_neighbours_by_position_times_frequency()
    {
        var head = stackalloc float[5] { 1, 0, 0, 1, 7 };
        AssertRotated(head, RopePairs.Neighbours, [-0.416147f, 0.909297f, -0.198669f, 0.980067f, 7]);
    }

    [Fact]
    public void Rope_turns_halves_by_position_times_frequency()
    {
        var head = stackalloc float[5] { 1, 0, 0, 1, 7 };
        AssertRotated(head, RopePairs.Halves, [-0.416147f, -0.198669f, 0.909297f, 0.980067f, 7]);
    }

    /// <summary>cos 2 = -0.416147, sin 2 = 0.909297, cos 0.2 = 0.980067, sin 0.2 = 0.198669</summary>
    private static void AssertRotated(float* head, RopePairs pairs, float[] expected)
    {
        var rotation = stackalloc float[8];
        Rope.Angles(position: 2, [1, 0.1], magnitude: 1, pairs, rotation);
        Rope.Forward(head, rotation, ropeDim: 4, pairs);
        for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], head[i], 1e-6f);
    }
}
