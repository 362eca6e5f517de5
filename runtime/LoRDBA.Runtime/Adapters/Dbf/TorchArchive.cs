using System.Buffers.Binary;
using System.Text;
using LoRDBA.Runtime.Memory;

namespace LoRDBA.Runtime.Adapters.Dbf;

/// <summary>The ZIP archive that torch.save writes, mapped: one folder of stored entries, found through the central directory.</summary>
/// <remarks>
/// <code>
///   entry ... entry | central directory | (ZIP64 end, ZIP64 locator) | end, 22 bytes and a comment
///
///   entry              directory's record      end                 ZIP64 end
///     0 "PK\3\4"         0 "PK\1\2"             0 "PK\5\6"          0 "PK\6\6"
///    26 u16 name         8 u16 flags            10 u16 records       32 u64 records
///    28 u16 extra       10 u16 method           12 u32 length        40 u64 length
///    30 name, extra,    20 u32 stored length    16 u32 offset        48 u64 offset
///       bytes           24 u32 length           20 u16 comment
///                       28 u16 name, 30 u16 extra, 32 u16 comment, 42 u32 offset, 46 these three
/// </code>
/// A number that does not fit is all ones, and stands in 64 bits in the ZIP64 end, or in the record's extra field 1. Source: PKWARE,
/// APPNOTE.TXT. Entries are read in the mapping: nothing is unpacked, and no native zlib becomes part of the program.
/// </remarks>
internal sealed unsafe class TorchArchive : IDisposable
{
    private const int EndLength = 22, RecordLength = 46, EntryLength = 30, LocatorLength = 20, End64Length = 56;
    private const uint EndMagic = 0x06054B50, RecordMagic = 0x02014B50, EntryMagic = 0x04034B50, LocatorMagic = 0x07064B50, End64Magic = 0x06064B50;
    private const ushort Encrypted = 1, Extra64 = 1;

    private readonly MappedFile mapping;
    private readonly Dictionary<string, (long Offset, long Length)> entries = new(StringComparer.Ordinal);

    private TorchArchive(MappedFile mapping, string path)
    {
        (this.mapping, Path) = (mapping, path);
        var end = FindEnd();
        var (records, length, offset) = ReadEnd(end);
        Require(offset <= (ulong)end && length <= (ulong)end - offset && records <= length / RecordLength, "end", $"{records} records of {length} bytes at {offset} do not lie before byte {end}.");
        for (var at = (long)offset; records > 0; records--) at = ReadRecord(at, (long)(offset + length), dataEnd: (long)offset);
    }

    /// <summary>The path.</summary>
    public string Path { get; }

    /// <summary>Size of the file in bytes.</summary>
    public long Length => mapping.Length;

    /// <summary>Maps the file and finds its entries.</summary>
    /// <exception cref="AdapterException">It cannot be opened, or is no such archive.</exception>
    public static TorchArchive Open(string path)
    {
        var mapping = MappedFile.Open(path, cause => new AdapterException(AdapterError.CannotOpen, path, "file", $"it cannot be opened. {cause.Message}", cause));
        try
        {
            return new TorchArchive(mapping, path);
        }
        catch
        {
            mapping.Dispose();
            throw;
        }
    }

    /// <summary>The bytes of an entry: data.pkl, byteorder, or data/0 and so on.</summary>
    /// <exception cref="AdapterException">There is no such entry, or it has 2^31 bytes or more.</exception>
    public ReadOnlySpan<byte> Entry(string name)
    {
        Require(entries.TryGetValue(name, out var entry), name, "the archive has no such entry.");
        Require(entry.Length <= int.MaxValue, name, $"it has {entry.Length} bytes; fewer than 2^31 are read.");
        return Bytes(entry.Offset, entry.Length);
    }

    /// <summary>Whether there is an entry of this name.</summary>
    public bool Has(string name) => entries.ContainsKey(name);

    /// <summary>SHA-256 of the whole file.</summary>
    public Sha256Digest Digest()
    {
        var builder = new Sha256Builder();
        builder.Append(mapping.Start, Length);
        return builder.Finish();
    }

    /// <summary>Ends the mapping.</summary>
    public void Dispose() => mapping.Dispose();

    /// <summary>The end is the last thing in the file: it is looked for from behind, past a comment of any length.</summary>
    private long FindEnd()
    {
        var first = Math.Max(0, Length - EndLength - ushort.MaxValue);
        for (var at = Length - EndLength; at >= first; at--)
        {
            var end = Bytes(at, EndLength);
            if (U32(end, 0) == EndMagic && U16(end, 20) == Length - at - EndLength) return at;
        }
        throw Error("end", Length > 1 && Bytes(0, 2) is [0x80, 2]
            ? "it is a pickle without an archive, as torch.save wrote it before version 1.6. Load it and save it again."
            : "it is no ZIP archive, or it is cut short.");
    }

    private (ulong Records, ulong Length, ulong Offset) ReadEnd(long at)
    {
        var end = Bytes(at, EndLength);
        var (records, length, offset) = ((uint)U16(end, 10), U32(end, 12), U32(end, 16));
        if (records != ushort.MaxValue && length != uint.MaxValue && offset != uint.MaxValue) return (records, length, offset);
        Require(at >= LocatorLength && U32(Bytes(at - LocatorLength, LocatorLength), 0) == LocatorMagic, "end", "the ZIP64 locator is missing.");
        var end64 = U64(Bytes(at - LocatorLength, LocatorLength), 8);
        Require(end64 <= (ulong)at && (ulong)at - end64 >= End64Length, "end", $"the ZIP64 end at {end64} is not in the file.");
        var large = Bytes((long)end64, End64Length);
        Require(U32(large, 0) == End64Magic, "end", $"there is no ZIP64 end at {end64}.");
        return (U64(large, 32), U64(large, 40), U64(large, 48));
    }

    /// <summary>Reads a record of the directory and the head of its entry; where the next record is.</summary>
    private long ReadRecord(long at, long directoryEnd, long dataEnd)
    {
        Require(directoryEnd - at >= RecordLength, "directory", "it is cut short.");
        var record = Bytes(at, RecordLength);
        Require(U32(record, 0) == RecordMagic, "directory", $"there is no record at {at}.");
        var (nameLength, extraLength, commentLength) = (U16(record, 28), U16(record, 30), U16(record, 32));
        var next = at + RecordLength + nameLength + extraLength + commentLength;
        Require(next <= directoryEnd, "directory", $"the record at {at} is cut short.");
        var name = Encoding.UTF8.GetString(Bytes(at + RecordLength, nameLength));
        Require((U16(record, 8) & Encrypted) == 0 && U16(record, 10) == 0, name, "it is compressed or encrypted; torch.save stores entries as they are.");
        var (stored, length, offset) = Read64(record, Bytes(at + RecordLength + nameLength, extraLength), name);
        Require(stored == length, name, $"it is stored in {stored} bytes and has {length}.");

        Require(offset <= (ulong)dataEnd && (ulong)dataEnd - offset >= EntryLength, name, $"it begins at {offset}, beyond the entries.");
        var head = Bytes((long)offset, EntryLength);
        Require(U32(head, 0) == EntryMagic, name, $"there is no entry at {offset}.");
        var start = (long)offset + EntryLength + U16(head, 26) + U16(head, 28);
        Require(start <= dataEnd && length <= (ulong)(dataEnd - start), name, $"its {length} bytes at {start} do not lie before byte {dataEnd}.");
        // NAME/data.pkl: the folder is called as the file once was.
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        Require(slash > 0 && entries.TryAdd(name[(slash + 1)..], (start, (long)length)), name, "it lies in no folder, or is there twice.");
        return next;
    }

    /// <summary>Stored length, length and offset of a record; those of all ones are in its extra field 1, in this order: length, stored
    /// length, offset.</summary>
    private (ulong Stored, ulong Length, ulong Offset) Read64(ReadOnlySpan<byte> record, ReadOnlySpan<byte> extra, string name)
    {
        ulong stored = U32(record, 20), length = U32(record, 24), offset = U32(record, 42);
        if (stored != uint.MaxValue && length != uint.MaxValue && offset != uint.MaxValue) return (stored, length, offset);
        var rest = ReadOnlySpan<byte>.Empty;
        while (extra.Length >= 4 && rest.IsEmpty)
        {
            var fieldLength = Math.Min(U16(extra, 2), extra.Length - 4);
            if (U16(extra, 0) == Extra64) rest = extra.Slice(4, fieldLength);
            extra = extra[(4 + fieldLength)..];
        }
        if (length == uint.MaxValue) length = Next(ref rest);
        if (stored == uint.MaxValue) stored = Next(ref rest);
        if (offset == uint.MaxValue) offset = Next(ref rest);
        return (stored, length, offset);

        ulong Next(ref ReadOnlySpan<byte> fields)
        {
            Require(fields.Length >= sizeof(ulong), name, "its ZIP64 field is missing or short.");
            var value = U64(fields, 0);
            fields = fields[sizeof(ulong)..];
            return value;
        }
    }

    private ReadOnlySpan<byte> Bytes(long offset, long length) => new(mapping.Start + offset, (int)length);

    private static int U16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static uint U32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static ulong U64(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]);

    private void Require(bool condition, string field, string message)
    {
        if (!condition) throw Error(field, message);
    }

    private AdapterException Error(string field, string message) => new(AdapterError.BadArchive, Path, field, message);
}
