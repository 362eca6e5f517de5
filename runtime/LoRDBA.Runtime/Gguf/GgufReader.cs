using System.Runtime.CompilerServices;

namespace LoRDBA.Runtime.Gguf;

/// <summary>
/// A cursor over the bytes of a GGUF file. The only code that moves through foreign bytes: every read is first compared with the
/// bytes that remain, and an error knows the place and the item that was being read. Numbers are little-endian, as
/// every supported machine is; a big-endian machine would refuse every file as byte-swapped.
/// </summary>
internal unsafe ref struct GgufReader(byte* start, long length, string file)
{
    private readonly ulong length = (ulong)length;
    private ulong partStart;
    private string item = "";
    private ulong? number;

    public ulong Position { get; private set; }

    public readonly ulong Remaining => length - Position;

    /// <summary>Names what is read next, for errors: "key 3", or a key or tensor by its own name once that is known.</summary>
    public void Enter(string name, ulong? index = null) => (item, number) = (name, index);

    /// <summary>Reads a number.</summary>
    public T Read<T>(string part) where T : unmanaged
    {
        partStart = Position;
        return Unsafe.ReadUnaligned<T>(Advance((ulong)sizeof(T), GgufError.Truncated, part));
    }

    /// <summary>Reads a 64-bit length and that many bytes.</summary>
    public ReadOnlySpan<byte> ReadString(string part)
    {
        var count = Read<ulong>(part);
        if (count > int.MaxValue) throw TooLong(GgufError.StringTooLong, count, part);
        return new(Advance(count, GgufError.StringTooLong, part), (int)count);
    }

    /// <summary>Steps over <paramref name="count"/> bytes and returns where they begin.</summary>
    public byte* Take(ulong count, string part)
    {
        partStart = Position;
        return Advance(count, GgufError.Truncated, part);
    }

    /// <summary>Refuses the count just read before anything is allocated for it: each entry needs at least <paramref name="minimumBytes"/>.</summary>
    public readonly void CheckCount(ulong count, ulong minimumBytes, GgufError error, string part)
    {
        if (count > Remaining / minimumBytes || count > int.MaxValue)
            throw Error(error, part, $"{count} entries cannot lie in the {Remaining} bytes that remain. The file is damaged; fetch it again.");
    }

    /// <summary>The error for what was read last.</summary>
    public readonly GgufException Error(GgufError error, string part, string message) => ErrorAt(partStart, error, part, message);

    /// <summary>The error for something read before.</summary>
    public readonly GgufException ErrorAt(ulong offset, GgufError error, string part, string message) => new(error, file, (long)offset, Field(part), message);

    private byte* Advance(ulong count, GgufError error, string part)
    {
        if (count > Remaining) throw TooLong(error, count, part);
        var passed = start + Position;
        Position += count;
        return passed;
    }

    private readonly GgufException TooLong(GgufError error, ulong count, string part) =>
        Error(error, part, $"{count} bytes are needed, {Remaining} remain. The file is cut short or damaged; fetch it again.");

    private readonly string Field(string part) => item.Length == 0 ? part : number is { } n ? $"{item} {n} {part}" : $"{item} {part}";
}
