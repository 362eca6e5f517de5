using LoRDBA.Runtime.Adapters.Store;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests.Adapters.Store;

/// <summary>What the store takes for granted, of the disk and of the simulation alike.</summary>
public sealed class DiskFolderTests
{
    public static TheoryData<bool> Folders => [true, false];

    [Theory, MemberData(nameof(Folders))]
    public void Files_are_written_read_renamed_listed_and_deleted(bool onDisk)
    {
        using var temporary = new TemporaryFolder();
        IStoreFolder folder = onDisk ? DiskFolder.Open(temporary.Path) : new SimulatedFolder();
        Assert.Null(folder.Read("a"));
        using (var file = folder.Create("a"))
        {
            file.Write([1, 2]);
            file.Write([3]);
            file.Sync();
            Assert.Equal([1, 2, 3], file.ReadBack());
        }
        using (var file = folder.Create("b")) file.Write([4]);
        Assert.Equal(["a", "b"], folder.List().Order());

        folder.Rename("a", "b");
        folder.Sync();
        Assert.Equal([1, 2, 3], folder.Read("b"));
        folder.Create("b").Dispose();
        Assert.Empty(folder.Read("b")!);
        folder.Delete("b");
        folder.Delete("b");
        Assert.Empty(folder.List());
        Assert.True(folder.FreeBytes > 0);
    }

    [Fact]
    public void A_folder_is_made_with_its_parents()
    {
        using var temporary = new TemporaryFolder();
        var path = System.IO.Path.Combine(temporary.Path, "a", "b");
        DiskFolder.OpenOrCreate(path).Sync();

        Assert.True(Directory.Exists(path));
    }

    [Fact]
    public void A_folder_that_is_gone_cannot_be_synced()
    {
        using var temporary = new TemporaryFolder();
        var path = System.IO.Path.Combine(temporary.Path, "a");
        var folder = DiskFolder.OpenOrCreate(path);
        Directory.Delete(path);

        Assert.Contains(path, Assert.Throws<IOException>(folder.Sync).Message);
    }

    [Fact]
    public async Task A_lock_keeps_another_out_until_it_is_given_back()
    {
        using var temporary = new TemporaryFolder();
        var held = DiskFolder.Open(temporary.Path).Lock();
        var other = Task.Run(() => DiskFolder.Open(temporary.Path).Lock().Dispose());

        await Task.Delay(100);
        Assert.False(other.IsCompleted);
        held.Dispose();
        await other;
    }
}
