using LoRDBA.Runtime.Inference;
using LoRDBA.Runtime.Models;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests.Inference;

/// <summary>What a sequence promises whatever the model: the same bits however the work is cut, nothing allocated, nothing half done.</summary>
public sealed class SequenceTests : IDisposable
{
    private static readonly int[] Tokens = [.. Enumerable.Range(0, 61).Select(i => (i * 37 + 11) % 512)];

    private readonly Model model = Model.Load(SharedFiles.Require("models/tiny-llama.gguf"));

    public void Dispose() => model.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void One_batch_odd_chunks_and_single_tokens_give_equal_logits(bool oracle)
    {
        using var sequence = model.CreateSequence(engineOptions: new() { Oracle = oracle, BatchLength = 64 });
        var whole = sequence.Prefill(Tokens).ToArray();

        foreach (var chunk in (int[])[1, 2, 3, 5, 7, 13, 31])
        {
            sequence.Reset();
            float[] logits = [];
            foreach (var part in Tokens.Chunk(chunk)) logits = sequence.Prefill(part).ToArray();
            Assert.Equal(whole, logits);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Neither_batch_length_nor_threads_change_a_bit(bool oracle)
    {
        float[] Logits(int batch, int threads)
        {
            using var sequence = model.CreateSequence(engineOptions: new() { Oracle = oracle, BatchLength = batch, Threads = threads });
            return sequence.Prefill(Tokens).ToArray();
        }

        var expected = Logits(batch: 64, threads: 1);
        Assert.Equal(expected, Logits(batch: 64, threads: 2));
        Assert.Equal(expected, Logits(batch: 5, threads: 3));
        Assert.Equal(expected, Logits(batch: 1, threads: 7));
    }

    [Fact]
    public void Prefill_all_shows_each_positions_logits_in_order()
    {
        using var sequence = model.CreateSequence(engineOptions: new() { BatchLength = 16 });
        var rows = new List<float[]>();
        sequence.PrefillAll(Tokens, (index, logits) =>
        {
            Assert.Equal(rows.Count, index);
            rows.Add(logits.ToArray());
        });
        Assert.Equal(Tokens.Length, rows.Count);

        sequence.Reset();
        foreach (var (token, row) in Tokens.Zip(rows)) Assert.Equal(sequence.Decode(token).ToArray(), row);
    }

    [Fact]
    public void Reset_starts_afresh()
    {
        using var sequence = model.CreateSequence();
        var first = sequence.Prefill(Tokens).ToArray();
        sequence.Prefill(Tokens);
        sequence.Reset();
        Assert.Equal(0, sequence.Position);
        Assert.Equal(first, sequence.Prefill(Tokens).ToArray());
    }

    [Fact]
    public void A_full_context_is_refused_and_the_sequence_is_as_it_was()
    {
        using var sequence = model.CreateSequence(new() { ContextLength = 8 });
        sequence.Prefill(Tokens.AsSpan(0, 5));
        var error = Assert.Throws<ContextFullException>(() => sequence.Prefill(Tokens.AsSpan(0, 4)));
        Assert.Equal((8, 5, 4), (error.ContextLength, error.Position, error.Tokens));
        Assert.Equal(5, sequence.Position);

        var logits = sequence.Prefill(Tokens.AsSpan(5, 3)).ToArray();
        sequence.Reset();
        Assert.Equal(sequence.Prefill(Tokens.AsSpan(0, 8)).ToArray(), logits);
        Assert.Throws<ContextFullException>(() => sequence.Decode(1));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(512)]
    [InlineData(int.MaxValue)]
    public void A_token_outside_the_vocabulary_is_refused(int token)
    {
        using var sequence = model.CreateSequence();
        Assert.Contains($"{token}", Assert.Throws<EngineException>(() => sequence.Prefill([1, token])).Message, StringComparison.Ordinal);
        Assert.Equal(0, sequence.Position);
    }

    [Fact]
    public void No_tokens_are_refused()
    {
        using var sequence = model.CreateSequence();
        Assert.Throws<EngineException>(() => sequence.Prefill([]));
    }

    [Fact]
    public void Options_outside_their_range_are_refused_by_name()
    {
        void Refused(string option, SequenceOptions? options, EngineOptions? engine = null) =>
            Assert.Contains(option, Assert.Throws<EngineException>(() => model.CreateSequence(options, engine)).Message, StringComparison.Ordinal);

        Refused("ContextLength", new() { ContextLength = 0 });
        Refused("ContextLength", new() { ContextLength = model.Config.ContextLength + 1 });
        Refused("BatchLength", null, new() { BatchLength = 0 });
        Refused("LogitRows", null, new() { LogitRows = 0 });
        Refused("Threads", null, new() { Threads = 0 });
    }
}
