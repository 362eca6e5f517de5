using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Adapters.Lora;
using LoRDBA.Runtime.Adapters.Lordba;
using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Inference;
using LoRDBA.Runtime.Models;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests.Adapters;

/// <summary>Ways to an adapter: what a program's policy does not allow comes in by none of them, and factors in memory are checked as files are.</summary>
public sealed class AdapterLoadTests : IDisposable
{
    private static readonly AdapterPolicy OnlySigns = new() { Kinds = [AdapterKind.Lordba] }, OnlyLoras = new() { Kinds = [AdapterKind.Lora] };

    private readonly Model model = new TinyModel().Load();
    private readonly TemporaryFolder folder = new();

    public void Dispose()
    {
        model.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void A_kind_that_the_policy_does_not_allow_is_refused_whichever_way_it_comes()
    {
        var peft = RandomPeft.Write(folder, model, rank: 2);
        using var lora = Adapter.Load(peft, model, OnlyLoras);
        var gguf = Path.Combine(folder.Path, "lora.gguf");
        GgufLoraWriter.Save(gguf, lora);
        var signs = Path.Combine(folder.Path, "a.lordba");
        File.WriteAllBytes(signs, Signs());
        void Refused(Func<Adapter> load) => Assert.Equal(AdapterError.NotAllowed, Assert.Throws<AdapterException>(load).Error);

        Refused(() => Adapter.Load(peft, model, OnlySigns));
        Refused(() => Adapter.Load(gguf, model, OnlySigns));
        Refused(() => Adapter.Load(signs, model, OnlyLoras));
        Refused(() => Adapter.Load(new DbfBuilder().Add("model.layers.0.self_attn.q_proj", 64, 64, 2).Write(folder), model, OnlyLoras));
        Refused(() => Adapter.Load(LordbaFile.From(GgufFile.FromBytes(Signs(), "memory")), model, OnlyLoras));
        using var fromGguf = Adapter.Load(gguf, model, OnlyLoras);
        using var fromSigns = Adapter.Load(signs, model, OnlySigns);
    }

    [Fact]
    public void Factors_in_memory_act_as_the_adapter_that_they_came_from()
    {
        using var lora = Adapter.Load(RandomPeft.Write(folder, model, rank: 3), model);
        using var made = Adapter.FromFactors("made", model, LoraFactors.Of(lora));
        using var sequence = model.CreateSequence(engineOptions: new() { Threads = 1 });
        float[] Logits(Adapter adapter)
        {
            sequence.Reset();
            sequence.Use(adapter);
            return sequence.Prefill([1, 2, 3]).ToArray();
        }

        Assert.Equal(Logits(lora), Logits(made));
        Assert.Equal(("made", AdapterKind.Lora, 3), (made.Name, made.Kind, made.MaxRank));
        using var again = Adapter.FromFactors("other name", model, LoraFactors.Of(lora));
        Assert.Equal(made.Digest, again.Digest);
    }

    [Fact]
    public void Factors_that_are_wrong_are_refused()
    {
        var linear = model.Linears[0];
        LoraFactors Good(Linear? other = null) => new(other ?? linear, 1, new float[2 * linear.NIn], new float[2 * linear.NOut]);
        void Refused(string what, params LoraFactors[] factors) => Assert.Contains(what, Assert.Throws<ArgumentException>(() => Adapter.FromFactors("a", model, factors)).Message, StringComparison.Ordinal);
        using var other = new TinyModel().Load();

        Refused("at least one");
        Refused("twice", Good(), Good());
        Refused("no linear", Good(other.Linears[0]));
        Refused("A has", Good() with { A = new float[2 * linear.NIn + 1] });
        Refused("A has", Good() with { A = [] });
        Refused("B has", Good() with { B = new float[1] });
        Refused("scaling", Good() with { Scaling = float.NaN });
        Refused("not finite", Good() with { B = [.. Enumerable.Repeat(float.PositiveInfinity, 2 * linear.NOut)] });
        using var made = Adapter.FromFactors("a", model, [Good()]);
    }

    private byte[] Signs() => LordbaWriter.ToArray(
        RandomFactors.Header(LordbaBase.Of(model)), [.. model.Linears.Select(linear => RandomFactors.Create(linear.Name, linear.NIn, linear.NOut, 2, 4, 0, linear.Index))]);
}
