using System.Text;

namespace LoRDBA.Runtime.Adapters.Dbf;

/// <summary>Writes an archive as torch.save does (<see cref="TorchArchive"/> draws it): stored entries in one folder, the bytes of each on a
/// multiple of 64. Equal input gives equal bytes.</summary>
/// <param name="folder">What the folder in it is called.</param>
internal sealed class TorchArchiveWriter(string folder)
{
    private const int Alignment = 64, EntryLength = 30, ExtraHeader = 4;

    /// <summary>The first day that a ZIP can name, 1980-01-01: torch.save writes no date either.</summary>
    private const ushort NoTime = 0, NoDate = 1 << 5 | 1;

    private readonly List<(string Name, byte[] Bytes)> entries = [];

    /// <summary>Adds an entry.</summary>
    public TorchArchiveWriter Add(string name, byte[] bytes)
    {
        entries.Add(($"{folder}/{name}", bytes));
        return this;
    }

    /// <summary>Writes entries, directory and end.</summary>
    public void WriteTo(Stream stream)
    {
        using var directory = new MemoryStream();
        using var records = new BinaryWriter(directory);
        using var output = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
        var at = 0L;
        foreach (var (name, bytes) in entries)
        {
            var utf8 = Encoding.UTF8.GetBytes(name);
            var crc = Crc32(bytes);
            // An extra field of the type "FB" fills the head up.
            var start = at + EntryLength + utf8.Length + ExtraHeader;
            var padding = (int)(-start & Alignment - 1);

            output.Write("PK\u0003\u0004"u8);
            WriteFacts(output, crc, bytes.Length, utf8.Length);
            output.Write((ushort)(ExtraHeader + padding));
            output.Write(utf8);
            output.Write("FB"u8);
            output.Write((ushort)padding);
            output.Write([.. Enumerable.Repeat((byte)'Z', padding)]);
            output.Write(bytes);

            records.Write("PK\u0001\u0002\0\0"u8);
            WriteFacts(records, crc, bytes.Length, utf8.Length);
            records.Write(new byte[12]); // No extra field, no comment, one disk, no attributes.
            records.Write(checked((uint)at));
            records.Write(utf8);
            at = start + padding + bytes.Length;
        }

        records.Flush();
        output.Write(directory.ToArray());
        output.Write("PK\u0005\u0006\0\0\0\0"u8);
        output.Write(checked((ushort)entries.Count));
        output.Write((ushort)entries.Count);
        output.Write((uint)directory.Length);
        output.Write(checked((uint)at));
        output.Write((ushort)0);
    }

    /// <summary>What an entry and its record have in common.</summary>
    private static void WriteFacts(BinaryWriter writer, uint crc, int length, int nameLength)
    {
        foreach (var number in (ReadOnlySpan<ushort>)[20, 0, 0, NoTime, NoDate]) writer.Write(number); // version 2.0, no flags, stored
        writer.Write(crc);
        writer.Write(length);
        writer.Write(length);
        writer.Write((ushort)nameLength);
    }

    /// <summary>The checksum of ZIP: polynomial 0xEDB88320, the lowest bit first.</summary>
    private static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var part in bytes) crc = CrcTable[(byte)(crc ^ part)] ^ crc >> 8;
        return ~crc;
    }

    private static readonly uint[] CrcTable = [.. Enumerable.Range(0, 256).Select(index =>
    {
        var value = (uint)index;
        for (var bit = 0; bit < 8; bit++) value = (value & 1) != 0 ? value >> 1 ^ 0xEDB88320 : value >> 1;
        return value;
    })];
}
