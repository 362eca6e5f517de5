using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Adapters.Lordba;
using LoRDBA.Runtime.Adapters.Store;
using LoRDBA.Runtime.Gguf;

namespace LoRDBA.Runtime.Tests.Adapters.Store;

/// <summary>What is damaged, swapped or left over in the folder of a store.</summary>
public sealed class StoreRecoveryTests(StoreScenario scenario) : IClassFixture<StoreScenario>, IDisposable
{
    private readonly DiskStore disk = new(scenario);

    public void Dispose() => disk.Dispose();

    [Fact]
    public void Files_of_others_stay_and_what_an_interrupted_change_left_goes()
    {
        var store = disk.Activated(scenario.Old);
        string[] foreign = ["notes.txt", "film.part", "home.lordba"], leftover = ["state.0.part", StoreSlots.NameOf(StoreScenario.DigestOf(scenario.New)), StoreSlots.NameOf(default) + ".part"];
        foreach (var name in (string[])[.. foreign, .. leftover]) File.WriteAllText(disk.PathOf(name), "x");
        AdapterStore.Open(disk.Root);

        Assert.All(foreign, name => Assert.True(File.Exists(disk.PathOf(name)), name));
        Assert.All(leftover, name => Assert.False(File.Exists(disk.PathOf(name)), name));
        Assert.NotNull(disk.Serving(store));
    }

    [Fact]
    public void A_slot_with_other_bytes_does_not_serve_and_is_written_anew_when_it_is_added()
    {
        var store = disk.Activated(scenario.Old, scenario.New);
        var slot = disk.PathOf(StoreSlots.NameOf(StoreScenario.DigestOf(scenario.New)));
        File.WriteAllBytes(slot, scenario.Adapter(9));

        Assert.Equal(StoreScenario.DigestOf(scenario.Old), disk.Serving(store));
        Assert.Contains("it holds the adapter", Assert.Single(store.Notices));
        Assert.Contains("it holds the adapter", Assert.Single(store.Read().Slots, slot => slot.Role == StoreRole.Active).Fault);

        disk.Add(store, scenario.New);
        Assert.Equal(StoreScenario.DigestOf(scenario.New), disk.Serving(store));
        File.WriteAllBytes(slot, new byte[scenario.New.Length]);
        Assert.Equal(StoreScenario.DigestOf(scenario.Old), disk.Serving(store));
        File.Delete(slot);
        Assert.Equal(StoreScenario.DigestOf(scenario.Old), disk.Serving(store));
    }

    [Fact]
    public void An_adapter_is_read_once_and_what_becomes_of_its_file_then_is_not_seen()
    {
        var store = disk.Activated(scenario.Old);
        var digest = disk.Add(store, scenario.New);
        using var original = AdapterLoader.Load(LordbaFile.From(GgufFile.FromBytes(scenario.New, "original")), scenario.Model, AdapterPolicy.Any);
        var expected = disk.Logits(original);
        using var adapter = store.Activate(digest, scenario.Model, _ =>
        {
            // In place and by another file under its name.
            var slot = disk.PathOf(StoreSlots.NameOf(digest));
            using (var file = File.OpenWrite(slot)) file.Write(scenario.Adapter(9));
            File.Move(disk.Write("other", new byte[10]), slot, overwrite: true);
            return null;
        });

        Assert.Equal(expected, disk.Logits(adapter));
    }

    [Fact]
    public void With_one_copy_of_the_state_damaged_the_other_acts_and_no_adapter_is_lost()
    {
        foreach (var copy in StateCopies.Names)
        {
            if (Directory.Exists(disk.Root)) Directory.Delete(disk.Root, recursive: true);
            disk.Activated(scenario.Oldest, scenario.Old);
            disk.Add(AdapterStore.Open(disk.Root), scenario.New);
            File.WriteAllText(disk.PathOf(copy), "garbage");
            var store = AdapterStore.Open(disk.Root);

            Assert.Contains("a copy of the state is damaged", Assert.Single(store.Notices));
            Assert.Equal(StoreScenario.DigestOf(scenario.Old), disk.Serving(store));
            Assert.Equal(3, store.Read().Slots.Count);
            Assert.Empty(AdapterStore.Open(disk.Root).Notices);
        }
    }

    [Fact]
    public void With_both_copies_damaged_the_state_is_rebuilt_from_verified_adapters()
    {
        disk.Activated(scenario.Oldest, scenario.Old);
        File.WriteAllBytes(disk.PathOf(StoreSlots.NameOf(StoreScenario.DigestOf(scenario.Oldest))), [1, 2, 3]);
        foreach (var copy in StateCopies.Names) File.WriteAllBytes(disk.PathOf(copy), []);
        var store = AdapterStore.Open(disk.Root);

        Assert.Contains(store.Notices, notice => notice.Contains("rebuilt from 1 verified adapters"));
        Assert.Equal(StoreScenario.DigestOf(scenario.Old), disk.Serving(store));
        Assert.Equal(StoreScenario.DigestOf(scenario.Old), disk.Serving(AdapterStore.Open(disk.Root)));
        foreach (var copy in StateCopies.Names) File.Delete(disk.PathOf(copy));
        Assert.Equal(StoreScenario.DigestOf(scenario.Old), disk.Serving(AdapterStore.Open(disk.Root)));
    }
}
