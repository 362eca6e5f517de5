using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Models;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests.Adapters;

/// <summary>What a session promises, kept with an adapter of either kind: the same bits however the work is cut, free switching, nothing half applied.</summary>
public sealed class AdapterSessionTests : IDisposable
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
        using var session = model.CreateSession();
        void Switch()
        {
            session.Use(lora);
            session.Use(lordba, 0.5f);
            session.Use(null);
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
            using var session = model.CreateSession(new() { Oracle = oracle, BatchLength = batch, Threads = threads });
            session.Use(adapter, 0.75f);
            float[] logits = [];
            foreach (var part in Tokens.Chunk(chunk)) logits = session.Prefill(part).ToArray();
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
        using var session = model.CreateSession();
        var plain = session.Prefill(Tokens).ToArray();
        session.Reset();
        session.Use(adapter, 0);
        Assert.Equal(plain, session.Prefill(Tokens).ToArray());
        session.Reset();
        session.Use(adapter, 1);
        Assert.NotEqual(plain, session.Prefill(Tokens).ToArray());
    }

    [Fact]
    public async Task It_may_be_disposed_while_sessions_use_it()
    {
        var adapter = Load(AdapterKind.Lordba);
        using var started = new CountdownEvent(3);
        var users = Enumerable.Range(0, 3).Select(_ => Task.Factory.StartNew(() =>
        {
            using var session = model.CreateSession(new() { Threads = 1 });
            session.Use(adapter);
            var expected = session.Prefill(Tokens).ToArray();
            started.Signal();
            for (var i = 0; i < 20; i++)
            {
                session.Reset();
                Assert.Equal(expected, session.Prefill(Tokens).ToArray());
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
        using var session = other.CreateSession();
        Assert.Throws<SessionException>(() => session.Use(adapter));
        Assert.Null(session.Active);

        using var own = model.CreateSession();
        Assert.Throws<SessionException>(() => own.Use(adapter, float.NaN));
        Assert.Null(own.Active);
    }

    private Adapter Load(AdapterKind kind) => RandomAdapter.Load(kind, model, folder);
}
