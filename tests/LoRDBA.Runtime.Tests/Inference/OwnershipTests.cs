using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Inference;
using LoRDBA.Runtime.Tests.Adapters;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests.Inference;

/// <summary>Whoever is disposed first: who was there goes on, who comes later is told, and one call at a time is in an engine.</summary>
public sealed class OwnershipTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_sequence_outlives_its_model_its_adapter_and_its_engine()
    {
        var model = new TinyModel().Load();
        var adapter = RandomAdapter.Load(AdapterKind.Lordba, model, folder);
        var engine = model.CreateEngine(new() { Threads = 2 });
        using var sequence = engine.CreateSequence();
        sequence.Use(adapter);
        var expected = sequence.Prefill([1, 2, 3]).ToArray();

        model.Dispose();
        adapter.Dispose();
        engine.Dispose();
        sequence.Reset();
        Assert.Equal(expected, sequence.Prefill([1, 2, 3]).ToArray());

        Assert.Throws<ObjectDisposedException>(() => engine.CreateSequence());
        sequence.Dispose();
        Assert.Throws<ObjectDisposedException>(() => sequence.Prefill([1]));
        Assert.Throws<ObjectDisposedException>(() => sequence.Use(null));
        Assert.Throws<ObjectDisposedException>(() => sequence.Fork());
        Assert.Throws<ObjectDisposedException>(() => sequence.Tokens.Length);
        Assert.Throws<ObjectDisposedException>(() => model.CreateEngine());
        Assert.Throws<ObjectDisposedException>(() => adapter.FactorsOf(model.Linears[0]));
    }

    [Fact]
    public void A_sequence_that_its_reader_disposes_ends_with_one_error()
    {
        using var model = new TinyModel().Load();
        var sequence = model.CreateSequence(null, new() { Threads = 1, BatchLength = 2 });
        Assert.Throws<ObjectDisposedException>(() => sequence.PrefillAll([1, 2, 3, 4], (_, _) => sequence.Dispose()));
    }

    [Fact]
    public void A_call_from_within_a_reader_or_an_observer_is_refused()
    {
        using var model = new TinyModel().Load();
        Sequence? sequence = null;
        using var watched = sequence = model.CreateSequence(null, new() { Threads = 1, Observer = (_, _) => sequence!.Decode(1) });
        Assert.Equal(EngineError.Busy, Assert.Throws<EngineException>(() => watched.Prefill([1, 2])).Error);
        Assert.Equal(0, watched.Position);

        using var read = model.CreateSequence(null, new() { Threads = 1 });
        Assert.Equal(EngineError.Busy, Assert.Throws<EngineException>(() => read.PrefillAll([1, 2], (_, _) => read.Use(null))).Error);
        Assert.Equal(0, read.Position);
        read.Prefill([1, 2]);
    }

    [Theory, InlineData(1), InlineData(3)]
    public void A_cancelled_prefill_leaves_the_context_as_it_was(int threads)
    {
        using var model = new TinyModel().Load();
        using var cancellation = new CancellationTokenSource();
        var seen = 0;
        using var sequence = model.CreateSequence(null, new() { Threads = threads, BatchLength = 4, Observer = (_, _) => { if (++seen == 12) cancellation.Cancel(); } });
        sequence.Prefill([5]);
        seen = 0;
        Assert.Throws<OperationCanceledException>(() => sequence.Prefill([1, 2, 3, 4, 5, 6, 7, 8, 9], cancellation.Token));
        Assert.Equal([5], sequence.Tokens.ToArray());
        // Two layers of four inputs: the twelfth is in the second batch's first layer, and its second layer is not begun.
        Assert.Equal(12, seen);

        using var fresh = model.CreateSequence(null, new() { Threads = 1 });
        fresh.Prefill([5]);
        Assert.Equal(fresh.Prefill([1, 2, 3]).ToArray(), sequence.Prefill([1, 2, 3]).ToArray());
        Assert.Throws<OperationCanceledException>(() => sequence.Decode(1, new CancellationToken(canceled: true)));
    }
}
