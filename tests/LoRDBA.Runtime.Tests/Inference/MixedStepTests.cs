using CsCheck;
using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Adapters.Lordba;
using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Inference;
using LoRDBA.Runtime.Models;
using LoRDBA.Runtime.Tests.Adapters;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests.Inference;

/// <summary>Several sequences in one step, prefill and decode mixed, each with its own adapter: nobody notices the others.</summary>
public sealed class MixedStepTests : IDisposable
{
    private const int Sequences = 4;

    private readonly Model model = Model.Load(SharedFiles.Require("models/tiny-llama.gguf"));
    private readonly TemporaryFolder folder = new();
    private readonly Adapter?[] adapters;

    public MixedStepTests() => adapters = [RandomAdapter.Load(AdapterKind.Lora, model, folder), RandomAdapter.Load(AdapterKind.Lordba, model, folder), Lordba(rank: 3), null];

    public void Dispose()
    {
        foreach (var adapter in adapters) adapter?.Dispose();
        model.Dispose();
        folder.Dispose();
    }

    /// <summary>A step's tokens for each sequence: none, one, or some, so that odd mixtures and orders come up; one of 40 has more than attention takes at once.</summary>
    private static Gen<int[][]> Schedules => Gen.Frequency((4, Gen.Int[0, 1]), (3, Gen.Int[0, 9]), (1, Gen.Const(40))).Array[Sequences].Array[1, 6];

    [Theory, InlineData(1), InlineData(2), InlineData(3), InlineData(5)]
    public void Each_sequence_gets_the_bits_of_a_run_alone(int threads) =>
        Gen.Select(Schedules, Gen.Int[0, 23]).Sample((schedule, order) =>
        {
            using var engine = model.CreateEngine(new() { Threads = threads, BatchLength = 160, LogitRows = 160 });
            var together = Start(engine);
            var batch = engine.CreateBatch();
            var logits = new List<float[]>[Sequences];
            for (var i = 0; i < Sequences; i++) logits[i] = [];
            foreach (var counts in schedule)
            {
                batch.Clear();
                var segments = new List<(int Sequence, int Segment, int Rows)>();
                foreach (var i in Order(order))
                {
                    if (counts[i] == 0) continue;
                    var wanted = (LogitSelection)((counts[i] + i) % 3);
                    var segment = batch.Add(together[i], TokensOf(i, together[i].Position, counts[i]), wanted);
                    segments.Add((i, segment, wanted switch { LogitSelection.None => 0, LogitSelection.Last => 1, _ => counts[i] }));
                }
                if (batch.Count == 0) continue;
                engine.Step(batch);
                foreach (var (i, segment, rows) in segments)
                    for (var row = 0; row < rows; row++) logits[i].Add(batch.Logits(segment, row).ToArray());
            }

            for (var i = 0; i < Sequences; i++) Assert.Equal(Alone(i, schedule), logits[i]);
            foreach (var sequence in together) sequence.Dispose();
        }, iter: 25, threads: 1);

    [Fact]
    public void Adapters_of_one_kind_and_one_adapter_with_two_weights_keep_apart()
    {
        using var engine = model.CreateEngine(new() { Threads = 2 });
        using Sequence half = engine.CreateSequence(), whole = engine.CreateSequence(), other = engine.CreateSequence();
        half.Use(adapters[1], 0.5f);
        whole.Use(adapters[1]);
        other.Use(adapters[2]);
        var batch = engine.CreateBatch();
        batch.Add(half, [1, 2, 3]);
        batch.Add(other, [1, 2, 3]);
        batch.Add(whole, [1, 2, 3]);
        engine.Step(batch);
        float[][] mixed = [batch.Logits(0).ToArray(), batch.Logits(1).ToArray(), batch.Logits(2).ToArray()];

        Sequence[] sequences = [half, other, whole];
        for (var i = 0; i < sequences.Length; i++)
        {
            sequences[i].Reset();
            Assert.Equal(sequences[i].Prefill([1, 2, 3]).ToArray(), mixed[i]);
        }
        Assert.NotEqual(mixed[0], mixed[2]);
    }

    [Fact]
    public void What_does_not_fit_a_batch_is_refused_and_the_batch_is_as_it_was()
    {
        using var engine = model.CreateEngine(new() { Threads = 1, BatchLength = 8, LogitRows = 2 });
        using var elsewhere = model.CreateEngine(new() { Threads = 1 });
        using Sequence one = engine.CreateSequence(new() { ContextLength = 64 }), two = engine.CreateSequence(new() { ContextLength = 4 }), foreign = elsewhere.CreateSequence();
        var batch = engine.CreateBatch();
        EngineError Refused(Action act) => Assert.Throws<EngineException>(act).Error;

        Assert.Equal(EngineError.NoToken, Refused(() => engine.Step(batch)));
        Assert.Equal(EngineError.WrongEngine, Refused(() => batch.Add(foreign, [1])));
        Assert.Equal(EngineError.UnknownToken, Refused(() => batch.Add(one, [1, -1])));
        Assert.Equal(EngineError.NoToken, Refused(() => batch.Add(one, [])));
        Assert.Equal(EngineError.BatchFull, Refused(() => batch.Add(one, [1, 2, 3], LogitSelection.All)));
        Assert.Equal(EngineError.BatchFull, Refused(() => batch.Add(one, new int[9])));
        Assert.Throws<ContextFullException>(() => batch.Add(two, [1, 2, 3, 4, 5]));
        batch.Add(one, [1, 2]);
        Assert.Equal(EngineError.SequenceTwice, Refused(() => batch.Add(one, [3])));
        Assert.Equal((1, 2, 1), (batch.Count, batch.Tokens, batch.LogitRows));
        Assert.Equal(EngineError.NoLogits, Refused(() => batch.Logits(0)));

        engine.Step(batch);
        Assert.Equal(2, one.Position);
        Assert.Equal(EngineError.NoLogits, Refused(() => batch.Logits(0, row: 1)));
        two.Prefill([1]);
        Assert.Equal(EngineError.NoLogits, Refused(() => batch.Logits(0)));
    }

    private Sequence[] Start(Engine engine)
    {
        var sequences = new Sequence[Sequences];
        for (var i = 0; i < Sequences; i++)
        {
            sequences[i] = engine.CreateSequence();
            sequences[i].Use(adapters[i], 0.75f);
        }
        return sequences;
    }

    /// <summary>The same sequence in an engine of its own, token by token.</summary>
    private List<float[]> Alone(int i, int[][] schedule)
    {
        using var sequence = model.CreateSequence(engineOptions: new() { Threads = 1 });
        sequence.Use(adapters[i], 0.75f);
        var logits = new List<float[]>();
        foreach (var counts in schedule)
        {
            var wanted = (LogitSelection)((counts[i] + i) % 3);
            for (var t = 0; t < counts[i]; t++)
            {
                var row = sequence.Decode(TokensOf(i, sequence.Position, 1)[0]);
                if (wanted == LogitSelection.All || (wanted == LogitSelection.Last && t == counts[i] - 1)) logits.Add(row.ToArray());
            }
        }
        return logits;
    }

    private static int[] TokensOf(int sequence, int position, int count) => [.. Enumerable.Range(position, count).Select(at => (at * 37 + sequence * 101 + 11) % 512)];

    /// <summary>The n-th permutation of the sequences.</summary>
    private static List<int> Order(int n)
    {
        var (left, order) = (Enumerable.Range(0, Sequences).ToList(), new List<int>());
        for (var radix = 6; left.Count > 0; radix /= Math.Max(1, left.Count))
        {
            var at = n / radix % left.Count;
            order.Add(left[at]);
            left.RemoveAt(at);
        }
        return order;
    }

    private LordbaAdapter Lordba(int rank)
    {
        var factors = model.Linears.Where(linear => linear.Kind != LinearKind.Gate).Select(linear => RandomFactors.Create(linear.Name, linear.NIn, linear.NOut, rank, 8, 0, linear.Index + 1000));
        return LordbaAdapter.Bind(LordbaFile.From(GgufFile.FromBytes(LordbaWriter.ToArray(RandomFactors.Header(LordbaBase.Of(model)), [.. factors]), "other")), model);
    }
}
