using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Inference;
using LoRDBA.Runtime.Models;
using LoRDBA.Runtime.Tests.Adapters;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests.Inference;

/// <summary>
/// A step allocates no managed byte on any thread: counted for the whole process, so these tests run alone.
/// </summary>
[Collection(nameof(AllocationTests))]
[CollectionDefinition(nameof(AllocationTests), DisableParallelization = true)]
public sealed class AllocationTests : IDisposable
{
    private static readonly int[] Prompt = [.. Enumerable.Range(0, 40)];

    private readonly Model model = Model.Load(SharedFiles.Require("models/tiny-llama.gguf"));
    private readonly TemporaryFolder folder = new();

    public void Dispose()
    {
        model.Dispose();
        folder.Dispose();
    }

    [Theory]
    [InlineData(null, 1)]
    [InlineData(null, 2)]
    [InlineData(AdapterKind.Lora, 1)]
    [InlineData(AdapterKind.Lora, 2)]
    [InlineData(AdapterKind.Lordba, 1)]
    [InlineData(AdapterKind.Lordba, 2)]
    public void Prefill_chunks_and_decode_steps_allocate_nothing(AdapterKind? kind, int threads)
    {
        using var sequence = model.CreateSequence(engineOptions: new() { Threads = threads, BatchLength = 16 });
        if (kind is { } used)
        {
            using var adapter = RandomAdapter.Load(used, model, folder);
            sequence.Use(adapter);
        }

        Assert.Equal(0, Allocated(() => Steps(sequence)));
    }

    [Theory, InlineData(1), InlineData(2)]
    public void Mixed_steps_of_four_sequences_with_their_own_adapters_allocate_nothing(int threads)
    {
        using var engine = model.CreateEngine(new() { Threads = threads, BatchLength = 48, LogitRows = 16 });
        using Adapter lora = RandomAdapter.Load(AdapterKind.Lora, model, folder), lordba = RandomAdapter.Load(AdapterKind.Lordba, model, folder);
        using Sequence one = engine.CreateSequence(), two = engine.CreateSequence(), three = engine.CreateSequence(), four = engine.CreateSequence();
        one.Use(lora);
        two.Use(lordba);
        three.Use(lordba, 0.5f);
        var batch = engine.CreateBatch();
        Assert.Equal(0, Allocated(() =>
        {
            one.Reset();
            two.Reset();
            three.Reset();
            four.Reset();
            for (var i = 0; i < 10; i++)
            {
                batch.Clear();
                batch.Add(one, [i]);
                batch.Add(two, Prompt.AsSpan(0, i + 1), LogitSelection.All);
                batch.Add(three, Prompt.AsSpan(0, 30 - i), LogitSelection.None);
                if (i + 4 > 8) batch.Clear();
                batch.Add(four, [i]);
                engine.Step(batch);
                batch.Logits(0);
            }
        }));
    }

    private static long Allocated(Action steps)
    {
        // The first rounds compile the code, in tiers, and create what the runtime creates once per thread.
        for (var i = 0; i < 3; i++) steps();

        // The test runner's own threads live on beside this one, so the least of a few rounds counts.
        var least = long.MaxValue;
        for (var i = 0; i < 5 && least > 0; i++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            steps();
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }
        return least;
    }

    private static void Steps(Sequence sequence)
    {
        sequence.Reset();
        sequence.Prefill(Prompt);
        for (var i = 0; i < 20; i++) sequence.Decode(i);
    }
}
