using LoRDBA.Training.Backward;

namespace LoRDBA.Training.Tests.Backward;

public sealed class ShardsTests
{
    private const int Tokens = 7, Rank = 3, NIn = 11, NOut = 5;

    [Fact]
    public void Gradients_are_averaged_into_the_first_copy_and_the_others_are_cleared()
    {
        Parameter[] copies = [new("p", 1, 2), new("p", 1, 2), new("p", 1, 2), new("p", 1, 2)];
        new Shards([.. copies.Select(copy => new[] { copy })], maxThreads: 2).Run(i =>
        {
            copies[i].Gradient[0] += i + 1;                 // (1 + 2 + 3 + 4) / 4 = 2.5
            copies[i].Gradient[1] += 8;
        });
        Assert.Equal([2.5f, 8], copies[0].Gradient);
        Assert.All(copies[1..], copy => Assert.Equal([0, 0], copy.Gradient));
    }

    [Fact]
    public void Publishing_copies_the_values_of_the_first()
    {
        Parameter[] copies = [new("p", 1, 2), new("p", 1, 2), new("p", 1, 2)];
        copies[0].FillNormal(new Random(1), 1);
        copies[2].FillNormal(new Random(2), 1);
        new Shards([.. copies.Select(copy => new[] { copy })], maxThreads: -1).Publish();
        Assert.Equal(copies[0].Value, copies[1].Value);
        Assert.Equal(copies[0].Value, copies[2].Value);
    }

    /// <summary>Five parts on 1, 2, 3, 8 and all threads: the same bits. Four parts: other bits, so that the test can tell.</summary>
    [Fact]
    public void Bits_depend_on_the_parts_but_not_on_the_threads()
    {
        var expected = Gradients(parts: 5, threads: 1);
        foreach (var threads in new[] { 2, 3, 8, -1 }) Assert.Equal(expected, Gradients(parts: 5, threads));
        Assert.NotEqual(expected, Gradients(parts: 4, threads: 1));
    }

    [Fact]
    public void What_cannot_be_trained_together_is_refused()
    {
        Parameter frozen = new("p", 1, 2), open = new("p", 1, 2), longer = new("p", 1, 3);
        frozen.Freeze();
        Assert.Throws<ArgumentException>("copies", () => new Shards([], 1));
        Assert.Throws<ArgumentException>("copies", () => new Shards([[frozen]], 1));
        Assert.Throws<ArgumentException>("copies", () => new Shards([[open], [longer]], 1));
        Assert.ThrowsAny<ArgumentOutOfRangeException>(() => new Shards([[open]], 0));
    }

    private static float[] Gradients(int parts, int threads)
    {
        SignBranch[] branches = [.. Enumerable.Range(0, parts).Select(_ => SignBranch.FromScratch("w", Rank, NIn, NOut, new Random(1)))];
        foreach (var branch in branches) branch.ScaleOut.FillNormal(new Random(2), 1);
        new Shards([.. branches.Select(branch => branch.Parameters)], threads).Run(i =>
        {
            using var numbers = new NumberSet(seed: i);
            Numbers x = numbers.Draw(Tokens * NIn), dy = numbers.Draw(Tokens * NOut);
            float[] z = new float[Tokens * Rank], scratch = new float[branches[i].ScratchLength(Tokens)];
            branches[i].Forward(x.Floats, z, new float[Tokens * NOut], scratch);
            branches[i].Backward(x.Floats, z, dy.Floats, new float[Tokens * NIn], scratch);
        });
        return [.. branches[0].Parameters.SelectMany(parameter => parameter.Gradient.ToArray())];
    }
}
