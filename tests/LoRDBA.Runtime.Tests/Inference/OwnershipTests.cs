using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Adapters.Lordba;
using LoRDBA.Runtime.Generation;
using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Inference;
using LoRDBA.Runtime.Memory;
using LoRDBA.Runtime.Models;
using LoRDBA.Runtime.Tests.Adapters;
using LoRDBA.Runtime.Tokenization;
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

    [Fact]
    public void One_file_makes_one_adapter_and_one_model()
    {
        using var model = new TinyModel().Load();
        using var file = LordbaFile.Open(WriteSigns(model));
        var adapter = Adapter.Load(file, model);
        Assert.Throws<ObjectDisposedException>(() => Adapter.Load(file, model));
        file.Dispose();
        using var sequence = model.CreateSequence(engineOptions: new() { Threads = 1 });
        sequence.Use(adapter);
        sequence.Prefill([1, 2]);
        var m = new float[file.Tensors[0].Rank];
        file.Tensors[0].DecodeM(m);
        sequence.Use(null);
        adapter.Dispose();
        Assert.Throws<ObjectDisposedException>(() => file.Tensors[0].DecodeM(m));

        using var gguf = GgufFile.FromBytes(new TinyModel().ToArray(), "tiny");
        using var first = Model.Load(gguf);
        Assert.Throws<ObjectDisposedException>(() => Model.Load(gguf));
        Assert.Throws<ObjectDisposedException>(() => LordbaFile.From(gguf));
        gguf.Dispose();
        using var running = first.CreateSequence(engineOptions: new() { Threads = 1 });
        first.File.Dispose();
        running.Prefill([1, 2]);
    }

    [Fact]
    public void A_refused_file_is_given_up_once()
    {
        using var model = new TinyModel().Load();
        using var other = new TinyModel { Seed = 2, Metadata = { ["llama.rope.freq_base"] = 5f } }.Load();
        using var file = LordbaFile.Open(WriteSigns(model));
        Assert.Throws<AdapterException>(() => Adapter.Load(file, other, new AdapterPolicy { Kinds = [AdapterKind.Lora] }));
        Assert.Throws<ObjectDisposedException>(() => Adapter.Load(file, model));
        Assert.Throws<ObjectDisposedException>(() => file.Tensors[0].DecodeM(new float[file.Tensors[0].Rank]));
    }

    [Fact]
    public void What_a_file_said_is_not_read_from_memory_that_is_gone()
    {
        var model = new TinyModel { Metadata = { ["general.license"] = "mit", ["tokenizer.ggml.model"] = "gpt2" } }.Load();
        var value = model.File.Metadata["general.license"];
        Assert.Equal(("mit", "mit"), (model.License, value.ToString()));
        model.Dispose();

        Assert.Throws<ObjectDisposedException>(() => model.License);
        Assert.Throws<ObjectDisposedException>(() => value.ToString());
        Assert.Throws<ObjectDisposedException>(() => model.File.Metadata.GetUInt32("llama.block_count"));
        Assert.Throws<ObjectDisposedException>(() => model.File.Bytes.Length);
        Assert.Throws<ObjectDisposedException>(() => model.File.Digest());
        Assert.Throws<ObjectDisposedException>(() => model.Fingerprint);
        Assert.Throws<ObjectDisposedException>(() => Tokenizer.FromGguf(model.File));
        Assert.Throws<ObjectDisposedException>(() => Adapter.Load(WriteSigns(new TinyModel().Load()), model));
    }

    [Fact]
    public void What_was_given_up_goes_on_for_those_who_use_it_and_for_nobody_new()
    {
        var model = new TinyModel().Load();
        var adapter = RandomAdapter.Load(AdapterKind.Lordba, model, folder);
        using var engine = model.CreateEngine(new() { Threads = 1 });
        using var sequence = engine.CreateSequence();
        using var idle = engine.CreateSequence();
        sequence.Use(adapter);
        adapter.Dispose();
        model.Dispose();

        var expected = sequence.Prefill([1, 2, 3]).ToArray();
        Assert.Throws<ObjectDisposedException>(() => idle.Use(adapter));
        Assert.Throws<ObjectDisposedException>(() => model.CreateEngine());
        Assert.Null(idle.Active);
        using var fork = sequence.Fork(position: 2);
        Assert.Equal(expected, fork.Prefill([3]).ToArray());
    }

    [Fact]
    public void A_sequence_disposed_by_another_thread_ends_with_one_error_or_none()
    {
        using var model = new TinyModel().Load();
        for (var round = 0; round < 50; round++)
        {
            var sequence = model.CreateSequence(engineOptions: new() { Threads = 1, BatchLength = 2 });
            using var started = new ManualResetEventSlim();
            var thread = new Thread(() =>
            {
                started.Wait();
                sequence.Dispose();
            });
            thread.Start();
            var error = Record.Exception(() =>
            {
                started.Set();
                for (var i = 0; i < 8; i++) sequence.Prefill([1, 2, 3, 4]);
            });
            thread.Join();
            Assert.True(error is null or ObjectDisposedException, $"{error}");
            Assert.Throws<ObjectDisposedException>(() => sequence.Decode(1));
        }
    }

    [Fact]
    public void A_generation_whose_reader_disposes_the_sequence_ends_with_one_error()
    {
        using var model = Model.Load(SharedFiles.Require("models/tiny-llama.gguf"));
        var tokenizer = Tokenizer.FromGguf(model.File);
        var sequence = model.CreateSequence(engineOptions: new() { Threads = 1 });
        var generator = new TextGenerator(sequence, tokenizer, new() { MaxTokens = 20 });
        Assert.Throws<ObjectDisposedException>(() => generator.Generate(tokenizer.EncodePrompt("a"), _ => sequence.Dispose()));
    }

    [Fact]
    public void Memory_that_is_not_there_is_told_and_nothing_is_kept()
    {
        Assert.SkipUnless(!File.Exists("/proc/sys/vm/overcommit_memory") || File.ReadAllText("/proc/sys/vm/overcommit_memory").Trim() != "1", "needs a system that does not promise memory which it lacks");
        Assert.SkipUnless(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes < 1L << 38, "needs a machine with less than 256 GB of memory");
        const int Context = 1 << 24, HeadDim = 1024;
        var wide = new TinyModel { Metadata = { ["llama.context_length"] = (uint)Context, ["llama.attention.key_length"] = (uint)HeadDim, ["llama.attention.value_length"] = (uint)HeadDim } };
        for (var layer = 0; layer < TinyModel.NLayer; layer++)
        {
            wide.Shapes[$"blk.{layer}.attn_q.weight"] = [TinyModel.NEmbd, TinyModel.NHead * HeadDim];
            wide.Shapes[$"blk.{layer}.attn_output.weight"] = [TinyModel.NHead * HeadDim, TinyModel.NEmbd];
            wide.Shapes[$"blk.{layer}.attn_k.weight"] = wide.Shapes[$"blk.{layer}.attn_v.weight"] = [TinyModel.NEmbd, TinyModel.NHeadKv * HeadDim];
        }
        var model = wide.Load();
        var engine = model.CreateEngine(new() { Threads = 1 });
        // Keys and values of two layers and two heads in float32: 32 KB a position, half a terabyte in all.
        var error = Assert.Throws<MemoryException>(() => engine.CreateSequence(new() { ContextLength = Context, KeyValueFormat = Runtime.Kernels.Attention.KeyValueFormat.F32 }));
        Assert.Equal("memory.exhausted", error.Code);
        Assert.True(error.ByteLength > 1L << 38, $"{error.ByteLength}");
        Assert.Contains($"a context of {Context} tokens", error.Message, StringComparison.Ordinal);

        using (var sequence = engine.CreateSequence(new() { ContextLength = 8 })) sequence.Prefill([1, 2]);
        engine.Dispose();
        model.Dispose();
        Assert.Throws<ObjectDisposedException>(() => model.File.Bytes.Length);
    }

    [Fact]
    public void A_prefill_tells_how_far_it_is()
    {
        using var model = new TinyModel().Load();
        using var sequence = model.CreateSequence(null, new() { Threads = 1, BatchLength = 4 });
        var told = new Told();
        sequence.Prefill([7, 7], told, TestContext.Current.CancellationToken);
        sequence.Prefill([1, 2, 3, 4, 5, 6, 7, 8, 9], told, TestContext.Current.CancellationToken);

        Assert.Equal([4, 8], told.Values);
    }

    private sealed class Told : IProgress<int>
    {
        public List<int> Values { get; } = [];

        public void Report(int value) => Values.Add(value);
    }

    private string WriteSigns(Model model)
    {
        var factors = model.Linears.Select(linear => RandomFactors.Create(linear.Name, linear.NIn, linear.NOut, rank: 9, outBits: 4, inBits: 0, seed: linear.Index));
        return folder.Write("signs.lordba", LordbaWriter.ToArray(RandomFactors.Header(LordbaBase.Of(model)), [.. factors]));
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
