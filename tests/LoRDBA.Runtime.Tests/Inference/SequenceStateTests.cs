using CsCheck;
using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Inference;
using LoRDBA.Runtime.Kernels.Attention;
using LoRDBA.Runtime.Models;
using LoRDBA.Runtime.Tests.Adapters;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests.Inference;

/// <summary>Going back, going two ways, and going on elsewhere: the same bits each time, and nothing of what does not match.</summary>
public sealed class SequenceStateTests : IDisposable
{
    private static readonly int[] Tokens = [.. Enumerable.Range(0, 100).Select(i => (i * 37 + 11) % 512)];

    private readonly Model model = Model.Load(SharedFiles.Require("models/tiny-llama.gguf"));
    private readonly TemporaryFolder folder = new();
    private readonly Adapter lora, lordba;

    public SequenceStateTests() => (lora, lordba) = (RandomAdapter.Load(AdapterKind.Lora, model, folder), RandomAdapter.Load(AdapterKind.Lordba, model, folder));

    public void Dispose()
    {
        lora.Dispose();
        lordba.Dispose();
        model.Dispose();
        folder.Dispose();
    }

    [Theory, InlineData(KeyValueFormat.F16), InlineData(KeyValueFormat.I8), InlineData(KeyValueFormat.F32)]
    public void Rewound_forked_and_imported_contexts_go_on_to_the_same_bits(KeyValueFormat format) => Gen.Select(Gen.Int[1, 90], Gen.Int[0, 90], Gen.Bool).Sample((kept, beyond, adapted) =>
    {
        using var sequence = Create(format);
        if (adapted) sequence.Use(lordba, 0.5f);
        sequence.Prefill(Tokens.AsSpan(0, kept));
        var expected = sequence.Decode(7).ToArray();

        // What lies behind the position in memory is another text's.
        sequence.Rewind(kept);
        if (beyond > 0) sequence.Prefill(Tokens.AsSpan(Math.Min(beyond, 99)));
        sequence.Rewind(kept);
        Assert.Equal(Tokens[..kept], sequence.Tokens.ToArray());

        var state = Export(sequence);
        using var fork = sequence.Fork();
        Assert.Equal(expected, sequence.Decode(7).ToArray());
        Assert.Equal(expected, fork.Decode(7).ToArray());

        using var elsewhere = Create(format, contextLength: 128 + kept);
        if (adapted) elsewhere.Use(lordba, 0.5f);
        elsewhere.Import(state);
        Assert.Equal(Tokens[..kept], elsewhere.Tokens.ToArray());
        Assert.Equal(state, Export(elsewhere));
        Assert.Equal(expected, elsewhere.Decode(7).ToArray());
    }, iter: 20, threads: 1);

    [Fact]
    public void A_fork_of_a_prefix_goes_its_own_way()
    {
        using var sequence = Create(KeyValueFormat.F16);
        sequence.Use(lora);
        sequence.Prefill(Tokens.AsSpan(0, 70));
        using var fork = sequence.Fork(position: 10);
        Assert.Equal((10, lora), (fork.Position, fork.Active!.Value.Adapter));
        var other = fork.Prefill(Tokens.AsSpan(50, 10)).ToArray();

        sequence.Rewind(10);
        Assert.Equal(sequence.Prefill(Tokens.AsSpan(50, 10)).ToArray(), other);
        Assert.Throws<ArgumentOutOfRangeException>(() => sequence.Rewind(21));
        Assert.Throws<ArgumentOutOfRangeException>(() => sequence.Fork(-1));
    }

    [Fact]
    public void A_state_of_an_adapter_that_changed_midway_is_taken_where_its_last_one_acts()
    {
        using var sequence = Create(KeyValueFormat.F16);
        sequence.Use(lora);
        sequence.Prefill(Tokens.AsSpan(0, 5));
        sequence.Use(lordba);
        sequence.Prefill(Tokens.AsSpan(5, 5));
        var state = Export(sequence);
        var expected = sequence.Decode(3).ToArray();

        using var elsewhere = Create(KeyValueFormat.F16);
        elsewhere.Use(lora);
        Assert.Equal(SequenceStateError.WrongAdapter, Refusal(elsewhere, state));
        elsewhere.Use(lordba);
        elsewhere.Import(state);
        Assert.Equal(expected, elsewhere.Decode(3).ToArray());
    }

    [Fact]
    public void Whatever_does_not_match_is_refused_by_name_and_the_sequence_is_as_it_was()
    {
        using var sequence = Create(KeyValueFormat.F16);
        sequence.Use(lordba);
        sequence.Prefill(Tokens.AsSpan(0, 20));
        var state = Export(sequence);

        using var own = Create(KeyValueFormat.F16);
        own.Use(lordba);
        own.Prefill([1, 2, 3]);
        SequenceStateError Refused(byte[] bytes) => Refusal(own, bytes);
        byte[] With(int offset, byte value) => [.. state[..offset], value, .. state[(offset + 1)..]];

        Assert.Equal(SequenceStateError.NotAState, Refused([]));
        Assert.Equal(SequenceStateError.NotAState, Refused(With(0, (byte)'X')));
        Assert.Equal(SequenceStateError.UnknownVersion, Refused(With(8, 2)));
        Assert.Equal(SequenceStateError.WrongArithmetic, Refused(With(12, 1)));
        Assert.Equal(SequenceStateError.WrongKeyValueFormat, Refused(With(16, 1)));
        Assert.Equal(SequenceStateError.BadValue, Refused(With(20, 99)));
        Assert.Equal(SequenceStateError.WrongBase, Refused(With(32, (byte)~state[32])));
        Assert.Equal(SequenceStateError.WrongWeights, Refused(With(64, (byte)~state[64])));
        Assert.Equal(SequenceStateError.WrongLength, Refused(state[..^1]));
        Assert.Equal(SequenceStateError.WrongLength, Refused([.. state, 0]));
        Assert.Equal(SequenceStateError.ContextTooShort, Refusal(Create(KeyValueFormat.F16, contextLength: 19), state));
        own.Use(lordba, 0.5f);
        Assert.Equal(SequenceStateError.WrongAdapter, Refused(state));
        own.Use(null);
        Assert.Equal(SequenceStateError.WrongAdapter, Refused(state));
        own.Use(lordba);
        Assert.Equal([1, 2, 3], own.Tokens.ToArray());

        using var other = new TinyModel().Load();
        using var foreign = other.CreateSequence();
        Assert.Equal(SequenceStateError.WrongBase, Refusal(foreign, state));
    }

    [Fact]
    public void No_flipped_bit_gets_through() => Gen.Select(Gen.Int[0, int.MaxValue], Gen.Int[0, 7]).Sample((at, bit) =>
    {
        using var sequence = Create(KeyValueFormat.I8);
        sequence.Prefill(Tokens.AsSpan(0, 9));
        var state = Export(sequence);
        state[at % state.Length] ^= (byte)(1 << bit);
        Assert.Throws<SequenceStateException>(() => sequence.Import(state));
        Assert.Equal(Tokens[..9], sequence.Tokens.ToArray());
    }, iter: 300, threads: 1);

    private Sequence Create(KeyValueFormat format, int? contextLength = null) =>
        model.CreateSequence(new() { KeyValueFormat = format, ContextLength = contextLength ?? 256 }, new() { Threads = 2, BatchLength = 32 });

    private static byte[] Export(Sequence sequence)
    {
        using var stream = new MemoryStream();
        sequence.Export(stream);
        Assert.Equal(sequence.StateLength, stream.Length);
        return stream.ToArray();
    }

    private static SequenceStateError Refusal(Sequence sequence, byte[] state) => Assert.Throws<SequenceStateException>(() => sequence.Import(state)).Error;
}
