using System.Buffers.Binary;
using System.Text;

namespace LoRDBA.Runtime.Adapters.Dbf;

/// <summary>Writes what <see cref="PickleReader"/> reads: dictionaries, numbers and tensors, in protocol 2.</summary>
internal sealed class PickleWriter
{
    private readonly List<byte> bytes = [];

    /// <summary>Begins.</summary>
    public PickleWriter() => Write([0x80, 2]);

    /// <summary>Begins a dictionary: keys and values follow in turns, then <see cref="EndDictionary"/>.</summary>
    public PickleWriter BeginDictionary() => Write("}("u8);

    /// <summary>Ends the dictionary.</summary>
    public PickleWriter EndDictionary() => Write("u"u8);

    /// <summary>A text.</summary>
    public PickleWriter Add(string text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        return Write("X"u8).WriteInt32(utf8.Length).Write(utf8);
    }

    /// <summary>A whole number.</summary>
    public PickleWriter Add(int number) => Write("J"u8).WriteInt32(number);

    /// <summary>A real number.</summary>
    public PickleWriter Add(double number)
    {
        Span<byte> eight = stackalloc byte[sizeof(double)];
        BinaryPrimitives.WriteDoubleBigEndian(eight, number);
        return Write("G"u8).Write(eight);
    }

    /// <summary>A tensor of one dimension that is a whole storage.</summary>
    /// <param name="key">The storage is the entry data/KEY.</param>
    /// <param name="length">How many elements.</param>
    /// <param name="isHalf">Whether they are F16; else bytes.</param>
    public PickleWriter AddTensor(string key, int length, bool isHalf)
    {
        Write("ctorch._utils\n_rebuild_tensor_v2\n(("u8).Add("storage").Write(isHalf ? "ctorch\nHalfStorage\n"u8 : "ctorch\nByteStorage\n"u8);
        Add(key).Add("cpu").Add(length).Write("tQ"u8);
        // Offset, shape, strides, no gradient, no hooks.
        Add(0).Add(length).Write([0x85]).Add(1).Write([0x85, 0x89]);
        return Write("ccollections\nOrderedDict\n)RtR"u8);
    }

    /// <summary>Ends the pickle.</summary>
    public byte[] Finish() => [.. Write("."u8).bytes];

    private PickleWriter WriteInt32(int number)
    {
        Span<byte> four = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(four, number);
        return Write(four);
    }

    private PickleWriter Write(ReadOnlySpan<byte> more)
    {
        bytes.AddRange(more);
        return this;
    }
}
