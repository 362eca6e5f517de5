using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Inference;
using LoRDBA.Runtime.Models;
using LoRDBA.Runtime.Tests.Adapters;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests.Inference;

/// <summary>What a sequence promises, kept with an adapter of either kind: the same bits however the work is cut, free switching, nothing half applied.</summary>
public sealed class AdapterSequenceTests : IDisposable
{
    private static readonly int[] Tokens = [.. Enumerable.Range(0, 61).Select(i => (i * 37 + 11) % 512)];

    private readonly Model model = Model.Load(SharedFiles.Require("models/tiny-llama.gguf"));
    private readonly TemporaryFolder folder = new();

    public void Dispose()
    {
        model.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void Nothing_is_allocated_by_switching()
    {
        using Adapter lora = Load(AdapterKind.Lora), lordba = Load(AdapterKind.Lordba);
        using var sequence = model.CreateSequence();
        void Switch()
        {
            sequence.Use(lora);
            sequence.Use(lordba, 0.5f);
            sequence.Use(null);
        }

        for (var i = 0; i < 100; i++) Switch();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Switch();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Theory]
    [InlineData(AdapterKind.Lora, true), InlineData(AdapterKind.Lora, false), InlineData(AdapterKind.Lordba, true), InlineData(AdapterKind.Lordba, false)]
    public void Neither_chunks_nor_batches_nor_threads_change_a_bit(AdapterKind kind, bool oracle)
    {
        using var adapter = Load(kind);
        float[] Logits(int chunk, int batch, int threads)
        {
            using var sequence = model.CreateSequence(engineOptions: new() { Oracle = oracle, BatchLength = batch, Threads = threads });
            sequence.Use(adapter, 0.75f);
            float[] logits = [];
            foreach (var part in Tokens.Chunk(chunk)) logits = sequence.Prefill(part).ToArray();
            return logits;
        }

        var expected = Logits(chunk: 61, batch: 64, threads: 1);
        Assert.Equal(expected, Logits(chunk: 61, batch: 64, threads: 2));
        Assert.Equal(expected, Logits(chunk: 13, batch: 64, threads: 3));
        Assert.Equal(expected, Logits(chunk: 61, batch: 5, threads: 2));
        Assert.Equal(expected, Logits(chunk: 1, batch: 1, threads: 2));
    }

    [Theory, InlineData(AdapterKind.Lora), InlineData(AdapterKind.Lordba)]
    public void With_weight_zero_it_does_nothing(AdapterKind kind)
    {
        using var adapter = Load(kind);
        using var sequence = model.CreateSequence();
        var plain = sequence.Prefill(Tokens).ToArray();
        sequence.Reset();
        sequence.Use(adapter, 0);
        Assert.Equal(plain, sequence.Prefill(Tokens).ToArray());
        sequence.Reset();
        sequence.Use(adapter, 1);
        Assert.NotEqual(plain, sequence.Prefill(Tokens).ToArray());
    }

    [Fact]
    public async Task It_may_be_disposed_while_sequences_use_it()
    {
        var adapter = Load(AdapterKind.Lordba);
        using var started = new CountdownEvent(3);
        var users = Enumerable.Range(0, 3).Select(_ => Task.Factory.StartNew(() =>
        {
            using var sequence = model.CreateSequence(engineOptions: new() { Threads = 1 });
            sequence.Use(adapter);
            var expected = sequence.Prefill(Tokens).ToArray();
            started.Signal();
            for (var i = 0; i < 20; i++)
            {
                sequence.Reset();
                Assert.Equal(expected, sequence.Prefill(Tokens).ToArray());
            }
        }, TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();

        started.Wait(TestContext.Current.CancellationToken);
        adapter.Dispose();
        await Task.WhenAll(users);
        Assert.Throws<ObjectDisposedException>(adapter.AddReference);
    }

    [Fact]
    public void An_adapter_of_another_model_object_and_a_weight_that_is_no_number_are_refused()
    {
        using var adapter = Load(AdapterKind.Lordba);
        using var other = Model.Load(SharedFiles.Require("models/tiny-llama.gguf"));
        using var sequence = other.CreateSequence();
        Assert.Throws<EngineException>(() => sequence.Use(adapter));
        Assert.Null(sequence.Active);

        using var own = model.CreateSequence();
        Assert.Throws<EngineException>(() => own.Use(adapter, float.NaN));
        Assert.Null(own.Active);
    }

    private Adapter Load(AdapterKind kind) => RandomAdapter.Load(kind, model, folder);
}
