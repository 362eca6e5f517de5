using System.Buffers.Binary;

namespace LoRDBA.Fuzz.Mutation;

/// <summary>A GGUF file taken apart: its entries and its data, each as raw bytes, so that they can be changed and put together again.</summary>
internal sealed class GgufParts
{
    private const int HeaderLength = 4 + 4 + 8 + 8, Alignment = 32;

    private readonly byte[] start;

    private GgufParts(byte[] start) => this.start = start;

    public List<byte[]> Keys { get; } = [];

    public List<byte[]> Tensors { get; } = [];

    public byte[] Data { get; set; } = [];

    /// <summary>Null if the bytes are no whole file.</summary>
    public static GgufParts? Of(byte[] bytes)
    {
        if (bytes.Length < HeaderLength) return null;
        var parts = new GgufParts(bytes[..8]);
        var at = HeaderLength;
        return parts.Take(parts.Tensors, parts.Keys, bytes, ref at) ? parts : null;
    }

    /// <summary>The file, with true counts and the padding that they ask for.</summary>
    public byte[] ToArray()
    {
        var head = new List<byte>(start);
        head.AddRange(BitConverter.GetBytes((ulong)Tensors.Count));
        head.AddRange(BitConverter.GetBytes((ulong)Keys.Count));
        foreach (var entry in Keys.Concat(Tensors)) head.AddRange(entry);
        return [.. head, .. new byte[(Alignment - head.Count % Alignment) % Alignment], .. Data];
    }

    /// <summary>Bytes of a value that begins with its type; -1 if it reaches beyond the end.</summary>
    public static int ValueLength(ReadOnlySpan<byte> value)
    {
        const uint text = 8, array = 9;
        if (value.Length < 4) return -1;
        var type = BinaryPrimitives.ReadUInt32LittleEndian(value);
        if (type == text) return Text(value, 4);
        if (type != array) return Check(value, 4L + Size(type));
        if (value.Length < 16) return -1;
        var (element, count) = (BinaryPrimitives.ReadUInt32LittleEndian(value[4..]), BinaryPrimitives.ReadUInt64LittleEndian(value[8..]));
        if (count > (ulong)value.Length) return -1;
        if (element != text) return Check(value, 16 + (long)count * Size(element));
        var at = 16;
        for (ulong i = 0; i < count && at >= 0; i++) at = Text(value, at);
        return at;
    }

    private bool Take(List<byte[]> tensors, List<byte[]> keys, byte[] bytes, ref int at)
    {
        var (nTensors, nKeys) = (BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(8)), BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(16)));
        for (ulong i = 0; i < nKeys; i++)
        {
            var name = Text(bytes.AsSpan(at), 0);
            var value = name < 0 ? -1 : ValueLength(bytes.AsSpan(at + name));
            if (value < 0) return false;
            keys.Add(bytes[at..(at + name + value)]);
            at += name + value;
        }
        for (ulong i = 0; i < nTensors; i++)
        {
            var name = Text(bytes.AsSpan(at), 0);
            if (name < 0 || bytes.Length < at + name + 4) return false;
            var length = name + 4 + 8L * BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at + name)) + 4 + 8;
            if (length > bytes.Length - at) return false;
            tensors.Add(bytes[at..(at + (int)length)]);
            at += (int)length;
        }
        Data = bytes[Math.Min(bytes.Length, (at + Alignment - 1) / Alignment * Alignment)..];
        return true;
    }

    /// <summary>Where a text that begins at <paramref name="at"/> ends; -1 if beyond the end.</summary>
    private static int Text(ReadOnlySpan<byte> bytes, int at)
    {
        if (bytes.Length - at < 8) return -1;
        var length = BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]);
        return length > (ulong)(bytes.Length - at - 8) ? -1 : at + 8 + (int)length;
    }

    private static int Check(ReadOnlySpan<byte> bytes, long length) => length > bytes.Length ? -1 : (int)length;

    private static int Size(uint type) => type switch { 0 or 1 or 7 => 1, 2 or 3 => 2, 10 or 11 or 12 => 8, _ => 4 };
}
