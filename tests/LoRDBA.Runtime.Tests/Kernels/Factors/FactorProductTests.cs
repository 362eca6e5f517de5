using System.Runtime.Intrinsics;
using LoRDBA.Runtime.Kernels;
using LoRDBA.Runtime.Kernels.Factors;
using LoRDBA.Runtime.Kernels.Signs;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests.Kernels.Factors;

/// <summary>The branch products by hand, against their scalar twins to the last bit, and against themselves when work is split.</summary>
public sealed unsafe class FactorProductTests
{
    private const int Widest = 260;

    [Fact]
    public void Shrink_by_hand()
    {
        // S_A = [[+ - +], [- - +]], s_in = (1, 2, 0.5), x = (3, 1, 4), m = (10, 100)
        // z0 = 10 * (3 - 2 + 2) = 30, z1 = 100 * (-3 - 2 + 2) = -300
        using var bits = GuardedMemory.OfBytes([0b101, 0, 0, 0, 0, 0, 0, 0, 0b100, 0, 0, 0, 0, 0, 0, 0]);
        using var scale = GuardedMemory.OfFloats(Padded(1, 2, 0.5f));
        using var m = GuardedMemory.OfFloats([10, 100]);
        using var x = GuardedMemory.OfFloats([3, 1, 4]);
        using var z = GuardedMemory.OfFloats([7, 7]);

        FactorProduct.Shrink(new ScaledSignFactor(new SignMatrix(bits.Bytes, 2, 3), scale.Floats), m.Floats, x.Floats, 1, 3, z.Floats, 2, 0, 2);

        Assert.Equal([30, -300], Floats(z));
    }

    [Fact]
    public void Expand_by_hand()
    {
        // S_B = rows o of n_out = 3: (+ -), (- -), (+ +); z = (2, 5), s_out = (1, 0.5, 2), weight 10
        // y0 = 1 + 10 * 1 * (2 - 5) = -29, y1 = 1 + 10 * 0.5 * (-7) = -34, y2 = 1 + 10 * 2 * 7 = 141
        using var bits = GuardedMemory.OfBytes([0b101, 0, 0, 0, 0, 0, 0, 0, 0b100, 0, 0, 0, 0, 0, 0, 0]);
        using var scale = GuardedMemory.OfFloats(Padded(1, 0.5f, 2));
        using var z = GuardedMemory.OfFloats([2, 5]);
        using var y = GuardedMemory.OfFloats([1, 1, 1]);

        FactorProduct.Expand(new SignFactor(new SignMatrix(bits.Bytes, 2, 3)), 2, scale.Floats, z.Floats, 1, 2, y.Floats, 3, 0, 3, 10);

        Assert.Equal([-29, -34, 141], Floats(y));
    }

    [Theory, InlineData(512), InlineData(256), InlineData(128)]
    public void Every_length_equals_the_scalar_twin(int width)
    {
        for (var length = 0; length <= Widest; length++)
            Compare(width, length, rank: 1 + length * 7 % 9, tokens: 1 + length % 6);
    }

    [Theory, InlineData(512), InlineData(256), InlineData(128)]
    public void Every_rank_equals_the_scalar_twin(int width)
    {
        foreach (var rank in (int[])[.. Enumerable.Range(1, 64), 65, 200, 512])
            Compare(width, length: 70 + rank, rank, tokens: 1 + rank % 5);
    }

    private static void Compare(int width, int length, int rank, int tokens)
    {
        using var c = new Case(length, rank, tokens);
        var signs = new SignMatrix(c.Bits.Bytes, rank, length);
        CompareFactor(width, c, new SignFactor(signs));
        CompareFactor(width, c, new ScaledSignFactor(signs, c.Scale.Floats));
        CompareFactor(width, c, new FloatFactor(c.Entries.Floats, Lanes.RoundUp(length)));
    }

    private static void CompareFactor<TFactor>(int width, Case c, TFactor factor) where TFactor : struct, IFactor
    {
        FactorProduct.ShrinkScalar(factor, c.M.Floats, c.X.Floats, c.Tokens, c.Length, c.Z.Floats, c.Rank, 0, c.Rank);
        var expected = Floats(c.Z);
        c.Z.Clear();
        Shrink(width, factor, c, 0, c.Rank, 0, c.Tokens);
        AssertSameBits(expected, Floats(c.Z), $"down, length {c.Length}, rank {c.Rank}, tokens {c.Tokens}, {typeof(TFactor).Name}");

        var before = Floats(c.Y);
        FactorProduct.ExpandScalar(factor, c.Rank, c.Scale.Floats, c.Z.Floats, c.Tokens, c.Rank, c.Y.Floats, c.Length, 0, c.Length, 0.75f);
        expected = Floats(c.Y);
        before.CopyTo(new Span<float>(c.Y.Floats, before.Length));
        Expand(width, factor, c, 0, c.Length, 0, c.Tokens);
        AssertSameBits(expected, Floats(c.Y), $"up, length {c.Length}, rank {c.Rank}, tokens {c.Tokens}, {typeof(TFactor).Name}");
    }

    [Theory, InlineData(512), InlineData(256), InlineData(128)]
    public void Splitting_ranks_rows_and_tokens_changes_no_bit(int width)
    {
        var random = new Random(42);
        for (var round = 0; round < 50; round++)
        {
            using var c = new Case(length: random.Next(1, Widest), rank: random.Next(1, 40), tokens: random.Next(1, 9));
            var factor = new SignFactor(new SignMatrix(c.Bits.Bytes, c.Rank, c.Length));
            var before = Floats(c.Y);
            Shrink(width, factor, c, 0, c.Rank, 0, c.Tokens);
            Expand(width, factor, c, 0, c.Length, 0, c.Tokens);
            var (z, y) = (Floats(c.Z), Floats(c.Y));

            c.Z.Clear();
            before.CopyTo(new Span<float>(c.Y.Floats, before.Length));
            var token = random.Next(0, c.Tokens + 1);
            var rank = random.Next(0, c.Rank + 1);
            var row = random.Next(0, c.Length + 1);
            foreach (var (from, to) in new[] { (0, token), (token, c.Tokens) })
            {
                Shrink(width, factor, c, 0, rank, from, to);
                Shrink(width, factor, c, rank, c.Rank, from, to);
                Expand(width, factor, c, row, c.Length, from, to);
                Expand(width, factor, c, 0, row, from, to);
            }

            AssertSameBits(z, Floats(c.Z), $"down, split at rank {rank} of {c.Rank}, token {token} of {c.Tokens}");
            AssertSameBits(y, Floats(c.Y), $"up, split at row {row} of {c.Length}, token {token} of {c.Tokens}");
        }
    }

    [Fact]
    public void The_scalar_twin_agrees_with_double_arithmetic()
    {
        using var c = new Case(length: 203, rank: 11, tokens: 3);
        var signs = new SignMatrix(c.Bits.Bytes, c.Rank, c.Length);
        FactorProduct.ShrinkScalar(new ScaledSignFactor(signs, c.Scale.Floats), c.M.Floats, c.X.Floats, c.Tokens, c.Length, c.Z.Floats, c.Rank, 0, c.Rank);
        var before = Floats(c.Y);
        FactorProduct.ExpandScalar(new SignFactor(signs), c.Rank, c.Scale.Floats, c.Z.Floats, c.Tokens, c.Rank, c.Y.Floats, c.Length, 0, c.Length, 0.75f);

        for (var t = 0; t < c.Tokens; t++)
        {
            for (var k = 0; k < c.Rank; k++)
            {
                var sum = 0.0;
                for (var j = 0; j < c.Length; j++) sum += signs[k, j] * (double)c.Scale.Floats[j] * c.X.Floats[t * c.Length + j];
                Assert.Equal(c.M.Floats[k] * sum, c.Z.Floats[t * c.Rank + k], 1e-4);
            }

            for (var o = 0; o < c.Length; o++)
            {
                var sum = 0.0;
                for (var k = 0; k < c.Rank; k++) sum += signs[k, o] * (double)c.Z.Floats[t * c.Rank + k];
                Assert.Equal(before[t * c.Length + o] + 0.75 * c.Scale.Floats[o] * sum, c.Y.Floats[t * c.Length + o], 1e-4);
            }
        }
    }

    // tokens [from, to) only
    private static void Shrink<TFactor>(int width, TFactor factor, Case c, int rankStart, int rankEnd, int from, int to) where TFactor : struct, IFactor
    {
        float* x = c.X.Floats + from * c.Length, z = c.Z.Floats + from * c.Rank;
        RequireWidth(width);
        if (width == 512) FactorProduct.Shrink<TFactor, Lanes512>(factor, c.M.Floats, x, to - from, c.Length, z, c.Rank, rankStart, rankEnd);
        else if (width == 256) FactorProduct.Shrink<TFactor, Lanes256>(factor, c.M.Floats, x, to - from, c.Length, z, c.Rank, rankStart, rankEnd);
        else FactorProduct.Shrink<TFactor, Lanes128>(factor, c.M.Floats, x, to - from, c.Length, z, c.Rank, rankStart, rankEnd);
    }

    private static void Expand<TFactor>(int width, TFactor factor, Case c, int rowStart, int rowEnd, int from, int to) where TFactor : struct, IFactor
    {
        float* z = c.Z.Floats + from * c.Rank, y = c.Y.Floats + from * c.Length, s = c.Scale.Floats;
        RequireWidth(width);
        if (width == 512) FactorProduct.Expand<TFactor, Lanes512>(factor, c.Rank, s, z, to - from, c.Rank, y, c.Length, rowStart, rowEnd, 0.75f);
        else if (width == 256) FactorProduct.Expand<TFactor, Lanes256>(factor, c.Rank, s, z, to - from, c.Rank, y, c.Length, rowStart, rowEnd, 0.75f);
        else FactorProduct.Expand<TFactor, Lanes128>(factor, c.Rank, s, z, to - from, c.Rank, y, c.Length, rowStart, rowEnd, 0.75f);
    }

    private static void RequireWidth(int width) =>
        Assert.SkipUnless(width == 128 || width == 256 && Vector256.IsHardwareAccelerated || Vector512.IsHardwareAccelerated, $"this machine has no {width}-bit registers");

    private static void AssertSameBits(float[] expected, float[] actual, string what)
    {
        for (var i = 0; i < expected.Length; i++)
            Assert.True(expected[i].Equals(actual[i]), $"{what}: [{i}] is {actual[i]:R}, its twin {expected[i]:R}");
    }

    private static float[] Padded(params float[] values) => [.. values, .. new float[Lanes.RoundUp(values.Length) - values.Length]];

    private static float[] Floats(GuardedMemory memory) => new Span<float>(memory.Floats, memory.Length / sizeof(float)).ToArray();

    /// <summary>Random operands with n_in = n_out = length, each ending at a guard page.</summary>
    private sealed class Case : IDisposable
    {
        public Case(int length, int rank, int tokens)
        {
            (Length, Rank, Tokens) = (length, rank, tokens);
            var random = new Random(length * 1000 + rank);
            var bits = new byte[rank * SignMatrix.StrideOf(length)];
            random.NextBytes(bits);
            Bits = GuardedMemory.OfBytes(bits);
            Scale = GuardedMemory.OfFloats(Padded(Values(random, length)));
            Entries = new GuardedMemory(rank * Lanes.RoundUp(length) * sizeof(float));
            for (var k = 0; k < rank; k++) Values(random, length).CopyTo(new Span<float>(Entries.Floats + k * Lanes.RoundUp(length), length));
            M = GuardedMemory.OfFloats(Values(random, rank));
            X = GuardedMemory.OfFloats(Values(random, tokens * length));
            Y = GuardedMemory.OfFloats(Values(random, tokens * length));
            Z = new GuardedMemory(tokens * rank * sizeof(float));
        }

        public int Length { get; }
        public int Rank { get; }
        public int Tokens { get; }
        public GuardedMemory Bits { get; }
        public GuardedMemory Scale { get; }
        public GuardedMemory Entries { get; }
        public GuardedMemory M { get; }
        public GuardedMemory X { get; }
        public GuardedMemory Y { get; }
        public GuardedMemory Z { get; }

        public void Dispose()
        {
            foreach (var memory in new[] { Bits, Scale, Entries, M, X, Y, Z }) memory.Dispose();
        }

        private static float[] Values(Random random, int count)
        {
            var values = new float[count];
            for (var i = 0; i < count; i++) values[i] = random.NextSingle() * 2 - 1;
            return values;
        }
    }
}
