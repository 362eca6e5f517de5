using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Models;
using LoRDBA.Runtime.Tests.Adapters;
using LoRDBA.Runtime.Tests.Adapters.Peft;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests.Models;

/// <summary>What a session promises also holds while an adapter acts, of either kind, and while adapters are switched.</summary>
public sealed class AdaptedSessionTests : IDisposable
{
    private static readonly int[] Tokens = [.. Enumerable.Range(0, 50).Select(i => (i * 13 + 5) % TinyModel.NVocab)];

    private readonly Model model = Model.Load(GgufFile.FromBytes(new TinyModel().ToArray(), "tiny.gguf"));
    private readonly TemporaryFolder folder = new();

    public void Dispose()
    {
        model.Dispose();
        folder.Dispose();
    }

    [Theory]
    [InlineData(AdapterKind.Lora)]
    [InlineData(AdapterKind.Lordba)]
    public void NeitherChunksNorBatchLengthNorThreadsChangeABit(AdapterKind kind)
    {
        using var adapter = Load(kind);
        float[] Logits(int batch, int threads, int chunk)
        {
            using var session = model.CreateSession(new() { BatchLength = batch, Threads = threads });
            session.Use(adapter, weight: 0.75f);
            float[] logits = [];
            foreach (var part in Tokens.Chunk(chunk)) logits = session.Prefill(part).ToArray();
            return logits;
        }

        var expected = Logits(batch: 64, threads: 1, chunk: 64);
        Assert.Equal(expected, Logits(batch: 64, threads: 3, chunk: 64));
        Assert.Equal(expected, Logits(batch: 7, threads: 2, chunk: 64));
        Assert.Equal(expected, Logits(batch: 64, threads: 2, chunk: 1));
        Assert.Equal(expected, Logits(batch: 64, threads: 5, chunk: 11));
    }

    [Theory]
    [InlineData(AdapterKind.Lora, 1)]
    [InlineData(AdapterKind.Lora, 2)]
    [InlineData(AdapterKind.Lordba, 1)]
    [InlineData(AdapterKind.Lordba, 2)]
    public void AStepWithAnAdapterAllocatesNothing(AdapterKind kind, int threads)
    {
        using var adapter = Load(kind);
        using var session = model.CreateSession(new() { Threads = threads, BatchLength = 16 });
        session.Use(adapter);
        AllocationProbe.AssertNoneIn(session);
    }

    [Fact]
    public void SwitchingBetweenTwoStepsActsFromTheNextStepOn()
    {
        using var lora = Load(AdapterKind.Lora);
        using var lordba = Load(AdapterKind.Lordba);
        using var session = model.CreateSession();

        float[] Fresh(Adapter? adapter)
        {
            session.Reset();
            session.Use(adapter);
            return session.Prefill(Tokens).ToArray();
        }

        float[] none = Fresh(null), withLora = Fresh(lora), withLordba = Fresh(lordba);
        Assert.NotEqual(none, withLora);
        Assert.NotEqual(withLora, withLordba);
        Assert.Equal(none, Fresh(null));
        Assert.Equal(withLora, Fresh(lora));
        Assert.Equal((lora.Digest, 1f), (session.Active!.Value.Adapter.Digest, session.Active.Value.Weight));
    }

    [Fact]
    public void AWeightOfZeroIsTheBase()
    {
        using var adapter = Load(AdapterKind.Lordba);
        using var session = model.CreateSession();
        var none = session.Prefill(Tokens).ToArray();
        session.Reset();
        session.Use(adapter, weight: 0);
        Assert.Equal(none, session.Prefill(Tokens).ToArray());
    }

    [Fact]
    public void AnAdapterOfAnotherModelObjectAndAWeightThatIsNoNumberAreRefused()
    {
        using var other = Model.Load(GgufFile.FromBytes(new TinyModel().ToArray(), "other.gguf"));
        using var adapter = Load(AdapterKind.Lordba);
        using var session = other.CreateSession();
        Assert.Throws<SessionException>(() => session.Use(adapter));
        Assert.Null(session.Active);

        using var own = model.CreateSession();
        Assert.Throws<SessionException>(() => own.Use(adapter, float.NaN));
        Assert.Null(own.Active);
    }

    private Adapter Load(AdapterKind kind) => kind == AdapterKind.Lordba ? LoadLordba() : LoadLora();

    private Adapter LoadLordba()
    {
        var path = Path.Combine(folder.Path, "random.lordba");
        LordbaWriter.Save(path, RandomFactors.Header(LordbaBase.Of(model)),
            [.. model.Linears.Select(linear => RandomFactors.Create(linear.Name, linear.NIn, linear.NOut, 5, 4, 4, linear.Index))]);
        return Adapter.Load(path, model);
    }

    /// <summary>A LoRA of rank 3 on the query projections of both layers.</summary>
    private Adapter LoadLora()
    {
        var random = new Random(1);
        float[] Values(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)random.NextDouble() - 0.5f)];

        var path = Directory.CreateDirectory(Path.Combine(folder.Path, "lora")).FullName;
        File.WriteAllText(Path.Combine(path, "adapter_config.json"), """{"peft_type": "LORA", "r": 3, "lora_alpha": 6}""");
        File.WriteAllBytes(Path.Combine(path, "adapter_model.safetensors"), SafetensorsBuilder.Of([.. Enumerable.Range(0, TinyModel.NLayer).SelectMany(layer =>
        {
            var name = $"base_model.model.model.layers.{layer}.self_attn.q_proj";
            return new (string, int[], float[])[]
            {
                ($"{name}.lora_A.weight", [3, TinyModel.NEmbd], Values(3 * TinyModel.NEmbd)),
                ($"{name}.lora_B.weight", [TinyModel.NHead * TinyModel.HeadDim, 3], Values(TinyModel.NHead * TinyModel.HeadDim * 3)),
            };
        })]));
        return Adapter.Load(path, model);
    }
}
