using CsCheck;
using LoRDBA.Runtime.Generation;

namespace LoRDBA.Runtime.Tests.Generation;

public sealed class CandidatesTests
{
    [Fact]
    public void Come_in_the_order_of_a_sort_wherever_one_stops() =>
        Gen.Select(Gen.Int[-15, 15].Array[1, 100], Gen.Int[0, 99]).Sample((logits, stop) =>
        {
            var candidates = new Candidates(logits.Length);
            for (var id = 0; id < logits.Length; id++) candidates.Logits[id] = logits[id];
            candidates.Start(logits.Max());

            // A stable sort: equal logits stay in the order of their ids.
            var expected = Enumerable.Range(0, logits.Length).OrderByDescending(id => logits[id]).ToArray();
            var last = Math.Min(stop, logits.Length - 1);
            Assert.Equal(expected[last], candidates[last]);
            Assert.Equal(expected[..(last + 1)], Enumerable.Range(0, last + 1).Select(order => candidates[order]));
            Assert.Equal(expected, Enumerable.Range(0, logits.Length).Select(order => candidates[order]));
        });

    [Fact]
    public void Can_be_started_again_with_other_logits()
    {
        var candidates = new Candidates(3);
        ((float[])[1, 2, 3]).CopyTo(candidates.Logits);
        candidates.Start(3);
        Assert.Equal([2, 1, 0], [candidates[0], candidates[1], candidates[2]]);

        ((float[])[2, 3, 1]).CopyTo(candidates.Logits);
        candidates.Start(3);
        Assert.Equal([1, 0, 2], [candidates[0], candidates[1], candidates[2]]);
    }
}
