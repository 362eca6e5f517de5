using CsCheck;
using LoRDBA.Training.Backward;

namespace LoRDBA.Training.Tests.Backward;

public sealed class SignBranchTests
{
    /// <summary>S_A = (+ −), S_B = (− +) since 0 counts as plus, m = 2, s_out = (3, 1/2), x = (5, 1).</summary>
    [Fact]
    public void A_case_by_hand()
    {
        var branch = Filled([0.3f, -0.2f], [-0.1f, 0], [2], [3, 0.5f]);
        float[] x = [5, 1], z = [9], y = [1, 1], scratch = new float[branch.ScratchLength(1)];
        branch.Forward(x, z, y, scratch);
        Assert.Equal([4], z);                                       // 5 − 1
        Assert.Equal([-23, 5], y);                                  // p = 8, u = (−8, 8): 1 − 3 · 8, 1 + 8/2

        // dy = (1, 2): du = (3, 1), dp = −3 + 1 = −2, dz = 2 · −2 = −4
        float[] dx = [10, 10];
        branch.Backward(x, z, [1, 2], dx, scratch);
        Assert.Equal([-8, 16], branch.ScaleOut.Gradient);           // dy ⊙ u
        Assert.Equal([24, 8], branch.LatentB.Gradient);             // p du
        Assert.Equal([-8], branch.M.Gradient);                      // dp z
        Assert.Equal([-20, -4], branch.LatentA.Gradient);           // dz x
        Assert.Equal([6, 14], dx);                                  // 10 + S_A dz
    }

    /// <summary>Straight through: a latent gets the slope of the loss by its sign, as if that were a real number.</summary>
    [Fact]
    public void Gradients_are_the_slopes_added_to_what_was_there() =>
        Gen.Select(Gen.Int[1, 6], Gen.Int[1, 9], Gen.Int[1, 20], Gen.Int[1, 20], Gen.Int).Sample((tokens, rank, nIn, nOut, seed) =>
        {
            using var numbers = new NumberSet(seed);
            Numbers a = numbers.Draw(rank * nIn), b = numbers.Draw(rank * nOut), m = numbers.Draw(rank), sOut = numbers.Draw(nOut);
            Numbers x = numbers.Draw(tokens * nIn), z = numbers.Draw(tokens * rank), y = numbers.Draw(tokens * nOut);
            Numbers dx = numbers.Draw(tokens * nIn), dy = numbers.Draw(tokens * nOut);
            Numbers da = numbers.Draw(rank * nIn), db = numbers.Draw(rank * nOut), dm = numbers.Draw(rank), ds = numbers.Draw(nOut);
            var branch = Filled(a.Floats.ToArray(), b.Floats.ToArray(), m.Floats.ToArray(), sOut.Floats.ToArray());
            da.Floats.CopyTo(branch.LatentA.Gradient);
            db.Floats.CopyTo(branch.LatentB.Gradient);
            dm.Floats.CopyTo(branch.M.Gradient);
            ds.Floats.CopyTo(branch.ScaleOut.Gradient);
            var scratch = numbers.Draw(branch.ScratchLength(tokens));

            branch.Forward(x.Floats, z.Floats, y.Floats, scratch.Floats);
            branch.Backward(x.Floats, z.Floats, dy.Floats, dx.Floats, scratch.Floats);

            double[] signsA = Signs(a), signsB = Signs(b);
            y.AssertNear([.. Definition().Zip(y.Doubles, (added, before) => before + added)]);
            dx.AssertGained(x, Loss);
            Moved(branch.LatentA, da).AssertGained(signsA, Loss);
            Moved(branch.LatentB, db).AssertGained(signsB, Loss);
            Moved(branch.M, dm).AssertGained(m, Loss);
            Moved(branch.ScaleOut, ds).AssertGained(sOut, Loss);

            double Loss() => Definition().Zip(dy.Doubles, (p, q) => p * q).Sum();
            double Shrink(int t, int r) => Enumerable.Range(0, nIn).Sum(i => signsA[r * nIn + i] * x.Doubles[t * nIn + i]);
            double[] Definition() => [.. from t in Enumerable.Range(0, tokens)
                                         let carriers = Enumerable.Range(0, rank).Select(r => m.Doubles[r] * Shrink(t, r)).ToArray()
                                         from o in Enumerable.Range(0, nOut)
                                         select sOut.Doubles[o] * Enumerable.Range(0, rank).Sum(r => signsB[r * nOut + o] * carriers[r])];
        }, iter: 30);

    [Fact]
    public void Bits_do_not_depend_on_how_tokens_are_dealt_out() =>
        Gen.Select(Gen.Int[2, 300], Gen.Int[1, 300], Gen.Int[1, 9], Gen.Int).Sample((tokens, at, rank, seed) =>
        {
            const int nIn = 21, nOut = 19;
            using var numbers = new NumberSet(seed);
            Numbers x = numbers.Draw(tokens * nIn), dy = numbers.Draw(tokens * nOut);
            var whole = Run(0, tokens);
            var parts = Run(0, at % tokens, tokens);
            Assert.Equal(whole.Y, parts.Y);
            Assert.Equal(whole.Dx, parts.Dx);
            foreach (var (one, other) in whole.Branch.Parameters.Zip(parts.Branch.Parameters)) Assert.Equal(one.Gradient, other.Gradient);

            (float[] Y, float[] Dx, SignBranch Branch) Run(params int[] cuts)
            {
                var branch = SignBranch.FromScratch("w", rank, nIn, nOut, new Random(seed));
                branch.ScaleOut.FillNormal(new Random(seed), 1);
                float[] y = new float[tokens * nOut], dx = new float[tokens * nIn], scratch = new float[branch.ScratchLength(tokens)];
                foreach (var (from, to) in cuts.Zip(cuts.Skip(1)))
                {
                    var (input, output, kept) = ((from * nIn)..(to * nIn), (from * nOut)..(to * nOut), new float[(to - from) * rank]);
                    branch.Forward(x.Floats[input], kept, y.AsSpan()[output], scratch);
                    branch.Backward(x.Floats[input], kept, dy.Floats[output], dx.AsSpan()[input], scratch);
                }

                return (y, dx, branch);
            }
        }, iter: 30);

    [Fact]
    public void A_frozen_parameter_is_skipped_and_the_others_get_the_same()
    {
        for (var frozen = 0; frozen < 4; frozen++)
        {
            SignBranch all = New(), without = New();
            without.Parameters[frozen].Freeze();
            Run(all);
            Run(without);
            all.Parameters[frozen].Freeze();            // afterwards, so that it is empty on both sides
            for (var i = 0; i < 4; i++) Assert.Equal(all.Parameters[i].Gradient, without.Parameters[i].Gradient);
        }

        static SignBranch New() => Filled([0.3f, -0.2f], [-0.1f, 0], [2], [3, 0.5f]);
        static void Run(SignBranch branch)
        {
            float[] z = [0], scratch = new float[branch.ScratchLength(1)];
            branch.Forward([5, 1], z, new float[2], scratch);
            branch.Backward([5, 1], z, [1, 2], new float[2], scratch);
        }
    }

    [Fact]
    public void From_scratch_adds_nothing_at_first()
    {
        var branch = SignBranch.FromScratch("w", rank: 3, nIn: 16, nOut: 5, new Random(1));
        Assert.Equal(["w.a", "w.b", "w.m", "w.s_out"], branch.Parameters.Select(parameter => parameter.Name));
        Assert.Equal([0.25f, 0.25f, 0.25f], branch.M.Value);        // 1 / √16
        float[] y = [1, 2, 3, 4, 5];
        branch.Forward(new float[16], new float[3], y, new float[branch.ScratchLength(1)]);
        Assert.Equal([1, 2, 3, 4, 5], y);
        Assert.NotEqual(0, branch.LatentA.Value[0]);
        Assert.NotEqual(0, branch.LatentB.Value[0]);
    }

    [Fact]
    public void Lengths_that_do_not_fit_are_refused_by_name()
    {
        var branch = new SignBranch("w", rank: 2, nIn: 3, nOut: 5);
        float[] x = new float[3], z = new float[2], y = new float[5], wrong = new float[4], scratch = new float[branch.ScratchLength(1)];
        Assert.Throws<ArgumentException>("x", () => branch.Forward(wrong, z, y, scratch));
        Assert.Throws<ArgumentException>("z", () => branch.Forward(x, wrong, y, scratch));
        Assert.Throws<ArgumentException>("y", () => branch.Forward(x, z, wrong, scratch));
        Assert.Throws<ArgumentException>("scratch", () => branch.Forward(x, z, y, wrong));
        Assert.Throws<ArgumentException>("dy", () => branch.Backward(x, z, wrong, x, scratch));
        Assert.Throws<ArgumentException>("dx", () => branch.Backward(x, z, y, wrong, scratch));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SignBranch("w", 0, 3, 5));
    }

    private static double[] Signs(Numbers latent) => [.. latent.Doubles.Select(each => SignBranch.IsPlus((float)each) ? 1.0 : -1.0)];

    // The numbers from which a gradient started, with what it has become.
    private static Numbers Moved(Parameter parameter, Numbers start)
    {
        parameter.Gradient.CopyTo(start.Floats);
        return start;
    }

    private static SignBranch Filled(float[] a, float[] b, float[] m, float[] sOut)
    {
        var branch = new SignBranch("w", m.Length, a.Length / m.Length, sOut.Length);
        a.CopyTo(branch.LatentA.Value);
        b.CopyTo(branch.LatentB.Value);
        m.CopyTo(branch.M.Value);
        sOut.CopyTo(branch.ScaleOut.Value);
        return branch;
    }
}
