using System.Runtime.CompilerServices;

namespace LoRDBA.Runtime.Gguf;

/// <summary>
/// A cursor over the bytes of a GGUF file. The only code that moves through foreign bytes: every read is first compared with the
/// bytes that remain, and an error knows the place and the item that was being read. Numbers are little-endian, as is every
/// machine that this runs on; on another one each file would look, and be refused as, byte-swapped.
/// </summary>
internal unsafe ref struct GgufReader(byte* start, long length, string file)
{
    private readonly ulong length = (ulong)length;
    private string item = "";
    private ulong? number;

    public ulong Position { get; private set; }

    public readonly ulong Remaining => length - Position;

    public readonly byte* Current => start + Position;

    /// <summary>Names what is read next, for errors: "key 3", or a key or tensor by its own name once that is known.</summary>
    public void Enter(string name, ulong? index = null) => (item, number) = (name, index);

    public T Read<T>(string part) where T : unmanaged
    {
        var value = Unsafe.ReadUnaligned<T>(Take((ulong)sizeof(T), GgufError.Truncated, part));
        return value;
    }

    /// <summary>Reads a 64-bit length and that many bytes.</summary>
    public ReadOnlySpan<byte> ReadString(string part)
    {
        var count = Read<ulong>(part);
        if (count > int.MaxValue) throw TooLong(GgufError.StringTooLong, count, part);
        return new(Take(count, GgufError.StringTooLong, part), (int)count);
    }

    /// <summary>Steps over <paramref name="count"/> bytes and returns where they begin.</summary>
    public byte* Take(ulong count, GgufError error, string part)
    {
        if (count > Remaining) throw TooLong(error, count, part);
        var taken = Current;
        Position += count;
        return taken;
    }

    /// <summary>Refuses a count before anything is allocated for it: each entry needs at least <paramref name="minimumBytes"/>.</summary>
    public readonly void CheckCount(ulong count, ulong minimumBytes, GgufError error, string part)
    {
        if (count > Remaining / minimumBytes || count > int.MaxValue)
            throw Error(error, part, $"{count} entries cannot lie in the {Remaining} bytes that remain. The file is damaged; fetch it again.");
    }

    public readonly GgufException Error(GgufError error, string part, string message) => new(error, file, (long)Position, Field(part), message);

    private readonly GgufException TooLong(GgufError error, ulong count, string part) =>
        Error(error, part, $"{count} bytes are needed, {Remaining} remain. The file is cut short or damaged; fetch it again.");

    private readonly string Field(string part) => item.Length == 0 ? part : number is { } n ? $"{item} {n} {part}" : $"{item} {part}";
}
