using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Adapters.Store;
using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Memory;

namespace LoRDBA.Runtime.Tests.Adapters.Store;

/// <summary>The store in a folder of the disk: what goes in, acts and goes back.</summary>
public sealed class AdapterStoreTests(StoreScenario scenario) : IClassFixture<StoreScenario>, IDisposable
{
    private readonly DiskStore disk = new(scenario);

    public void Dispose() => disk.Dispose();

    [Fact]
    public void Adapters_are_added_activated_and_rolled_back()
    {
        var store = AdapterStore.OpenOrCreate(disk.Root);
        Assert.Null(store.BeginServing(scenario.Model));

        var (first, second) = (disk.Add(store, scenario.Old), disk.Add(store, scenario.New));
        Assert.Equal([StoreRole.Added, StoreRole.Added], store.Read().Slots.Select(slot => slot.Role));
        foreach (var digest in (Sha256Digest[])[first, second]) store.Activate(digest, scenario.Model, _ => null).Dispose();
        Assert.Equal([(first, StoreRole.Previous), (second, StoreRole.Active)], store.Read().Slots.Select(slot => (slot.Digest, slot.Role)));
        Assert.Equal(second, disk.Serving(AdapterStore.Open(disk.Root)));

        Assert.Equal(first, AdapterStore.Open(disk.Root).Rollback());
        Assert.Equal(first, disk.Serving(store));
        Assert.Equal([StoreRole.Active, StoreRole.Added], store.Read().Slots.Select(slot => slot.Role));
        Assert.Equal(StoreError.NoPrevious, Assert.Throws<StoreException>(() => store.Rollback()).Error);
        Assert.Empty(store.Notices);
    }

    [Fact]
    public void A_folder_without_a_store_is_refused_and_left_alone()
    {
        var download = disk.Write("film.part", [1]);

        Assert.Equal(StoreError.NoStore, Assert.Throws<StoreException>(() => AdapterStore.Open(disk.Root)).Error);
        Assert.Equal(StoreError.NoStore, Assert.Throws<StoreException>(() => AdapterStore.Open(disk.Outside)).Error);
        Assert.Equal([download], Directory.GetFiles(disk.Outside));
    }

    [Fact]
    public void What_is_no_sound_adapter_is_not_added()
    {
        var store = disk.Activated(scenario.Old);
        var before = disk.Snapshot();
        for (var bit = 0; bit < 8 * scenario.New.Length; bit += 41)
        {
            byte[] flipped = [.. scenario.New];
            flipped[bit / 8] ^= (byte)(1 << bit % 8);
            Assert.IsAssignableFrom<LordbaException>(Record.Exception(() => store.Add(flipped, "flipped")));
        }
        for (var length = 0; length < scenario.New.Length; length += 7)
            Assert.IsAssignableFrom<LordbaException>(Record.Exception(() => store.Add(scenario.New[..length], "short")));

        Assert.Equal(before, disk.Snapshot());
        Assert.Equal(GgufError.CannotOpen, Assert.Throws<GgufException>(() => store.Add(disk.PathOf("nothing"))).Error);
        Assert.Equal(AdapterError.NotAllowed, Assert.Throws<AdapterException>(() => AdapterStore.Open(disk.Root, new() { Kinds = [AdapterKind.Lora] }).Add(scenario.New, "new")).Error);
    }
}
