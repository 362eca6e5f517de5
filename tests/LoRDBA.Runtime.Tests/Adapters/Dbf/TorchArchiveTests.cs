using System.IO.Compression;
using System.Text;
using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Adapters.Dbf;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests.Adapters.Dbf;

/// <summary>The ZIP reader: archives of other writers, and whatever can be wrong with one.</summary>
public sealed class TorchArchiveTests : IDisposable
{
    private static readonly (string Name, byte[] Bytes)[] Entries = [("data.pkl", [1, 2, 3]), ("data/0", []), ("version", [(byte)'3', (byte)'\n'])];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_archive_of_NETs_own_writer_is_read()
    {
        using var archive = Open(TorchBuilder.Archive(Entries));
        Assert.All(Entries, entry => Assert.Equal(entry.Bytes, archive.Entry(entry.Name)));
        Assert.False(archive.Has("saved/version"));
        Assert.Equal(AdapterError.BadArchive, Assert.Throws<AdapterException>(() => archive.Entry("data/1")).Error);
    }

    [Fact]
    public void The_archive_of_torch_is_read()
    {
        using var archive = TorchArchive.Open(SharedFiles.Require("cases/adapters/lordba_qat_dbf/adapter_model.bin"));
        Assert.Equal("little"u8, archive.Entry("byteorder"));
        Assert.Equal("3\n"u8, archive.Entry("version"));
        Assert.Equal(5732, archive.Entry("data.pkl").Length);
        Assert.Equal(1152, archive.Entry("data/1").Length);
    }

    [Fact]
    public void What_the_writer_writes_others_read_and_the_bytes_are_aligned()
    {
        using var stream = new MemoryStream();
        var writer = new TorchArchiveWriter("saved");
        foreach (var (name, bytes) in Entries) writer.Add(name, bytes);
        writer.WriteTo(stream);

        using (var other = new ZipArchive(stream, ZipArchiveMode.Read, leaveOpen: true))
            foreach (var (entry, expected) in other.Entries.Zip(Entries))
            {
                using var content = new MemoryStream();
                using (var reading = entry.Open()) reading.CopyTo(content); // Checks the checksum.
                Assert.Equal(($"saved/{expected.Name}", expected.Bytes.Length), (entry.FullName, content.Length));
                Assert.Equal(expected.Bytes, content.ToArray());
            }
        using var archive = Open(stream.ToArray());
        Assert.All(Entries, entry => Assert.Equal(entry.Bytes, archive.Entry(entry.Name)));
        Assert.Equal(0, stream.ToArray().AsSpan().IndexOf((ReadOnlySpan<byte>)[1, 2, 3]) % 64);
    }

    [Fact]
    public void Lengths_and_offsets_of_64_bits_are_read_and_a_comment_is_passed_over()
    {
        using var archive = Open([.. Large(), .. "comment"u8]);
        Assert.Equal("abc"u8, archive.Entry("x"));
    }

    [Fact]
    public void Every_prefix_and_every_bit_flip_is_read_or_refused()
    {
        foreach (var sound in new[] { TorchBuilder.Archive(Entries), Large(comment: 0) })
        {
            for (var length = 0; length < sound.Length; length++)
                Assert.Equal(AdapterError.BadArchive, Assert.Throws<AdapterException>(() => Open(sound[..length]).Dispose()).Error);
            for (var bit = 0; bit < 8 * sound.Length; bit++)
            {
                var changed = (byte[])sound.Clone();
                changed[bit / 8] ^= (byte)(1 << bit % 8);
                try
                {
                    using var archive = Open(changed);
                    foreach (var name in (string[])["data.pkl", "data/0", "version", "x"])
                        if (archive.Has(name)) Assert.InRange(archive.Entry(name).Length, 0, changed.Length);
                }
                catch (AdapterException refused)
                {
                    Assert.Equal(AdapterError.BadArchive, refused.Error);
                }
            }
        }
    }

    [Fact]
    public void A_compressed_entry_one_that_is_there_twice_and_one_without_a_folder_are_refused()
    {
        AssertRefused("compressed", TorchBuilder.Archive([("data.pkl", new byte[1000])], CompressionLevel.Optimal));
        AssertRefused("twice", TorchBuilder.Archive([("version", [1]), ("version", [2])]));
        AssertRefused("folder", Large(name: "xx", comment: 0));
    }

    [Fact]
    public void What_torch_saved_before_it_wrote_archives_is_told() =>
        AssertRefused("before version 1.6", [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, (byte)'.', 0x80, 2, (byte)'M', 0xe9, 3, (byte)'.', 0, 0, 0]);

    /// <summary>One entry of three bytes, whose lengths and offset, and those of the directory, stand in 64 bits.</summary>
    private static byte[] Large(string name = "a/x", ushort comment = 7)
    {
        var utf8 = Encoding.UTF8.GetBytes(name);
        var entry = GgufBuilder.Bytes(0x04034B50u, (ushort)45, 0, 0, 0u, 3u, 3u, (ushort)utf8.Length, (ushort)0, utf8, "abc"u8.ToArray());
        var extra = GgufBuilder.Bytes((ushort)0x4246, (ushort)2, (ushort)9, (ushort)1, (ushort)24, 3ul, 3ul, 0ul);
        var record = GgufBuilder.Bytes(0x02014B50u, (ushort)45, (ushort)45, 0, 0u, 0u, uint.MaxValue, uint.MaxValue, (ushort)utf8.Length, (ushort)extra.Length, (ushort)0, 0ul, uint.MaxValue, utf8, extra);
        var end64 = GgufBuilder.Bytes(0x06064B50u, 44ul, (ushort)45, (ushort)45, 0u, 0u, 1ul, 1ul, (ulong)record.Length, (ulong)entry.Length);
        var locator = GgufBuilder.Bytes(0x07064B50u, 0u, (ulong)(entry.Length + record.Length), 1u);
        return [.. entry, .. record, .. end64, .. locator, .. GgufBuilder.Bytes(0x06054B50u, 0u, ushort.MaxValue, ushort.MaxValue, uint.MaxValue, uint.MaxValue, comment)];
    }

    private void AssertRefused(string what, byte[] bytes)
    {
        var refused = Assert.Throws<AdapterException>(() => Open(bytes).Dispose());
        Assert.Equal(AdapterError.BadArchive, refused.Error);
        Assert.Contains(what, refused.Message, StringComparison.Ordinal);
    }

    private TorchArchive Open(byte[] bytes) => TorchArchive.Open(folder.Write("adapter_model.bin", bytes));
}
