using System.Text;

namespace LoRDBA.Tests;

/// <summary>
/// Builds the bytes of a GGUF file entry by entry, right or wrong: counts can lie, and every entry can be given as raw bytes.
/// Knows the layout from the specification, not from the library under test.
/// </summary>
internal sealed class GgufBuilder
{
    private readonly List<byte[]> keys = [];
    private readonly List<byte[]> tensors = [];
    private byte[] data = [];

    public byte[] Magic { get; init; } = "GGUF"u8.ToArray();

    public uint Version { get; init; } = 3;

    /// <summary>What the header says; null: the truth.</summary>
    public ulong? TensorCount { get; init; }

    /// <summary>What the header says; null: the truth.</summary>
    public ulong? KeyCount { get; init; }

    /// <summary>What the data section is padded to; <c>general.alignment</c> is for the caller to write.</summary>
    public int Alignment { get; init; } = 32;

    /// <summary>A string as the format has it: 64-bit length, bytes.</summary>
    public static byte[] Text(string text) => Text(Encoding.UTF8.GetBytes(text));

    /// <inheritdoc cref="Text(string)"/>
    public static byte[] Text(byte[] text) => Bytes((ulong)text.Length, text);

    /// <summary>Little-endian numbers and raw bytes in a row.</summary>
    public static byte[] Bytes(params object[] parts)
    {
        using var bytes = new MemoryStream();
        foreach (var part in parts)
        {
            bytes.Write(part switch
            {
                byte[] raw => raw,
                byte number => [number],
                sbyte number => [(byte)number],
                bool flag => [flag ? (byte)1 : (byte)0],
                ushort number => BitConverter.GetBytes(number),
                short number => BitConverter.GetBytes(number),
                uint number => BitConverter.GetBytes(number),
                int number => BitConverter.GetBytes(number),
                ulong number => BitConverter.GetBytes(number),
                long number => BitConverter.GetBytes(number),
                float number => BitConverter.GetBytes(number),
                double number => BitConverter.GetBytes(number),
                _ => throw new ArgumentException($"no bytes for {part.GetType()}"),
            });
        }
        return bytes.ToArray();
    }

    /// <summary>A metadata entry given by its type number and the bytes of its value.</summary>
    public GgufBuilder Key(string key, uint type, params object[] value) => RawKey(Text(key), type, Bytes(value));

    /// <summary>A metadata entry given by its bytes.</summary>
    public GgufBuilder RawKey(params object[] entry)
    {
        keys.Add(Bytes(entry));
        return this;
    }

    /// <summary>A tensor's entry; the number of dimensions is that of <paramref name="dims"/>.</summary>
    public GgufBuilder Tensor(string name, uint type, ulong[] dims, ulong offset) =>
        RawTensor(Text(name), (uint)dims.Length, Bytes([.. dims]), type, offset);

    /// <summary>A tensor's entry given by its bytes.</summary>
    public GgufBuilder RawTensor(params object[] entry)
    {
        tensors.Add(Bytes(entry));
        return this;
    }

    /// <summary>The bytes of the data section, padding included.</summary>
    public GgufBuilder Data(int length) => Data([.. Enumerable.Range(0, length).Select(i => (byte)i)]);

    /// <inheritdoc cref="Data(int)"/>
    public GgufBuilder Data(byte[] bytes)
    {
        data = bytes;
        return this;
    }

    public byte[] ToArray()
    {
        var head = Bytes(Magic, Version, TensorCount ?? (ulong)tensors.Count, KeyCount ?? (ulong)keys.Count,
            Bytes([.. keys]), Bytes([.. tensors]));
        return Bytes(head, new byte[(Alignment - head.Length % Alignment) % Alignment], data);
    }
}
