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

        // The first rounds compile the code, in tiers, and create what the runtime creates once per thread.
        for (var i = 0; i < 3; i++) Steps(sequence);

        // The test runner's own threads live on beside this one, so the least of a few rounds counts.
        var least = long.MaxValue;
        for (var i = 0; i < 5 && least > 0; i++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            Steps(sequence);
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }
        Assert.Equal(0, least);
    }

    private static void Steps(Sequence sequence)
    {
        sequence.Reset();
        sequence.Prefill(Prompt);
        for (var i = 0; i < 20; i++) sequence.Decode(i);
    }
}
