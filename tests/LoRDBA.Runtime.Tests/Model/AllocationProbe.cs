using LoRDBA.Runtime.Models;

namespace LoRDBA.Runtime.Tests.Models;

/// <summary>Measures the managed bytes that steps of a session allocate, on all threads.</summary>
internal static class AllocationProbe
{
    private static readonly int[] Prompt = [.. Enumerable.Range(0, 40)];

    /// <summary>Fails unless prefill in chunks and 20 decode steps allocate exactly 0 bytes.</summary>
    public static void AssertNoneIn(Session session)
    {
        // The first rounds compile the code (in tiers) and create what the runtime creates once per thread.
        for (var i = 0; i < 3; i++) Steps(session);

        // Other tests may run beside this one: a whole-process count is theirs too, so the least of several rounds counts.
        var least = long.MaxValue;
        for (var i = 0; i < 20 && least > 0; i++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            Steps(session);
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }
        Assert.Equal(0, least);
    }

    private static void Steps(Session session)
    {
        session.Reset();
        session.Prefill(Prompt);
        for (var i = 0; i < 20; i++) session.Decode(i);
    }
}
