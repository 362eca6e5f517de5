using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Adapters.Lordba;
using LoRDBA.Runtime.Adapters.Store;
using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Memory;
using LoRDBA.Runtime.Models;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests.Adapters.Store;

/// <summary>A base, adapters for it, and what a device does with a store between two starts.</summary>
public sealed class StoreScenario : IDisposable
{
    public StoreScenario()
    {
        Model = new TinyModel().Load();
        (Oldest, Old, New) = (Adapter(1), Adapter(2), Adapter(3));
    }

    /// <summary>What can go wrong at a step, once or from that step on.</summary>
    public static TheoryData<FaultKind, bool> Faults => new()
    {
        { FaultKind.InputOutput, false },
        { FaultKind.InputOutput, true },
        { FaultKind.NoSpace, false },
        { FaultKind.NoSpace, true },
        { FaultKind.ReadOnly, false },
        { FaultKind.ReadOnly, true },
        { FaultKind.Memory, false },
    };

    /// <summary>The base.</summary>
    internal Model Model { get; }

    internal byte[] Oldest { get; }

    /// <summary>What serves before the update.</summary>
    internal byte[] Old { get; }

    /// <summary>What the update brings.</summary>
    internal byte[] New { get; }

    /// <summary>A store in which one adapter serves and the one before it is kept, and which has room.</summary>
    internal SimulatedFolder Prepare()
    {
        var folder = new SimulatedFolder();
        var store = Open(folder);
        foreach (var content in (byte[][])[Oldest, Old]) Activate(store, content);
        store.MarkHealthy(DigestOf(Old));
        return folder.Copy();
    }

    /// <summary>A start, and an update while it serves.</summary>
    /// <param name="folder">The store.</param>
    /// <param name="done">Told how far it came: 1 when the activation begins, 2 when it has ended.</param>
    internal void Update(SimulatedFolder folder, Action<int>? done = null)
    {
        var store = Open(folder);
        if (store.BeginServing(Model) is { } serving)
        {
            store.MarkHealthy(serving.Digest);
            serving.Dispose();
        }
        var digest = store.Add(New, "new");
        done?.Invoke(1);
        store.Activate(digest, Model, _ => null).Dispose();
        done?.Invoke(2);
        store.MarkHealthy(digest);
    }

    /// <summary>A start; what serves.</summary>
    internal Sha256Digest? Start(SimulatedFolder folder)
    {
        using var adapter = Open(folder).BeginServing(Model);
        return adapter?.Digest;
    }

    internal static AdapterStore Open(IStoreFolder folder) => AdapterStore.Open(folder, create: true, AdapterPolicy.Any);

    internal Sha256Digest Activate(AdapterStore store, byte[] content)
    {
        var digest = store.Add(content, "adapter");
        store.Activate(digest, Model, _ => null).Dispose();
        return digest;
    }

    /// <summary>The bytes of an adapter for this base: another one for each seed.</summary>
    internal byte[] Adapter(int seed, Model? madeFor = null)
    {
        var linear = Model.Linears[0];
        return LordbaWriter.ToArray(RandomFactors.Header(LordbaBase.Of(madeFor ?? Model)), [RandomFactors.Create(linear.Name, linear.NIn, linear.NOut, rank: 8, outBits: 4, inBits: 0, seed)]);
    }

    internal static Sha256Digest DigestOf(byte[] adapter)
    {
        using var file = LordbaFile.From(GgufFile.FromBytes(adapter, "adapter"));
        return file.Digest;
    }

    /// <summary>The store has its states and the adapters that it lists, and nothing else.</summary>
    internal static void AssertTidy(SimulatedFolder folder)
    {
        var listed = Open(folder).Read().Slots.Select(slot => StoreSlots.NameOf(slot.Digest)).ToList();
        Assert.InRange(listed.Count, 1, 3);
        Assert.Equal(listed.Order(), folder.Files.Keys.Except(StateCopies.Names).Order());
    }

    public void Dispose() => Model.Dispose();
}
