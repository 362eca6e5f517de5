using LoRDBA.Runtime.Inference;
using LoRDBA.Runtime.Models;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests.Models;

/// <summary>What a session promises whatever the model: the same bits however the work is cut, nothing allocated, nothing half done.</summary>
public sealed class SessionTests : IDisposable
{
    private static readonly int[] Tokens = [.. Enumerable.Range(0, 61).Select(i => (i * 37 + 11) % 512)];

    private readonly Model model = Model.Load(SharedFiles.Require("models/tiny-llama.gguf"));

    public void Dispose() => model.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void One_batch_odd_chunks_and_single_tokens_give_equal_logits(bool oracle)
    {
        using var session = model.CreateSession(new() { Oracle = oracle, BatchLength = 64 });
        var whole = session.Prefill(Tokens).ToArray();

        foreach (var chunk in (int[])[1, 2, 3, 5, 7, 13, 31])
        {
            session.Reset();
            float[] logits = [];
            foreach (var part in Tokens.Chunk(chunk)) logits = session.Prefill(part).ToArray();
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
            using var session = model.CreateSession(new() { Oracle = oracle, BatchLength = batch, Threads = threads });
            return session.Prefill(Tokens).ToArray();
        }

        var expected = Logits(batch: 64, threads: 1);
        Assert.Equal(expected, Logits(batch: 64, threads: 2));
        Assert.Equal(expected, Logits(batch: 5, threads: 3));
        Assert.Equal(expected, Logits(batch: 1, threads: 7));
    }

    [Fact]
    public void Prefill_all_shows_each_positions_logits_in_order()
    {
        using var session = model.CreateSession(new() { BatchLength = 16 });
        var rows = new List<float[]>();
        session.PrefillAll(Tokens, (index, logits) =>
        {
            Assert.Equal(rows.Count, index);
            rows.Add(logits.ToArray());
        });
        Assert.Equal(Tokens.Length, rows.Count);

        session.Reset();
        foreach (var (token, row) in Tokens.Zip(rows)) Assert.Equal(session.Decode(token).ToArray(), row);
    }

    [Fact]
    public void Reset_starts_afresh()
    {
        using var session = model.CreateSession();
        var first = session.Prefill(Tokens).ToArray();
        session.Prefill(Tokens);
        session.Reset();
        Assert.Equal(0, session.Position);
        Assert.Equal(first, session.Prefill(Tokens).ToArray());
    }

    [Fact]
    public void A_full_context_is_refused_and_the_session_is_as_it_was()
    {
        using var session = model.CreateSession(new() { ContextLength = 8 });
        session.Prefill(Tokens.AsSpan(0, 5));
        var error = Assert.Throws<ContextFullException>(() => session.Prefill(Tokens.AsSpan(0, 4)));
        Assert.Equal((8, 5, 4), (error.ContextLength, error.Position, error.Tokens));
        Assert.Equal(5, session.Position);

        var logits = session.Prefill(Tokens.AsSpan(5, 3)).ToArray();
        session.Reset();
        Assert.Equal(session.Prefill(Tokens.AsSpan(0, 8)).ToArray(), logits);
        Assert.Throws<ContextFullException>(() => session.Decode(1));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(512)]
    [InlineData(int.MaxValue)]
    public void A_token_outside_the_vocabulary_is_refused(int token)
    {
        using var session = model.CreateSession();
        Assert.Contains($"{token}", Assert.Throws<SessionException>(() => session.Prefill([1, token])).Message, StringComparison.Ordinal);
        Assert.Equal(0, session.Position);
    }

    [Fact]
    public void No_tokens_are_refused()
    {
        using var session = model.CreateSession();
        Assert.Throws<SessionException>(() => session.Prefill([]));
    }

    [Fact]
    public void Options_outside_their_range_are_refused_by_name()
    {
        void Refused(string option, SessionOptions options) =>
            Assert.Contains(option, Assert.Throws<SessionException>(() => model.CreateSession(options)).Message, StringComparison.Ordinal);

        Refused("ContextLength", new() { ContextLength = 0 });
        Refused("ContextLength", new() { ContextLength = model.Config.ContextLength + 1 });
        Refused("BatchLength", new() { BatchLength = 0 });
        Refused("Threads", new() { Threads = 0 });
    }
}
