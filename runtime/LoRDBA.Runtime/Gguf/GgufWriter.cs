using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using LoRDBA.Runtime.Blocks;

namespace LoRDBA.Runtime.Gguf;

/// <summary>
/// Writes a GGUF version 3 file that <see cref="GgufFile"/> accepts: metadata and tensors in the order in which they were added,
/// tensors without gaps. What the reader would refuse, the writer refuses as an <see cref="ArgumentException"/>.
/// </summary>
public sealed class GgufWriter
{
    private const uint Version = 3;
    private const int HeaderBytes = 24;

    private readonly ArrayBufferWriter<byte> metadata = new();
    private readonly Dictionary<string, long> valueOffsets = [];
    private readonly List<Tensor> tensors = [];
    private uint alignment = GgufFile.DefaultAlignment;

    private readonly record struct Tensor(string Name, GgmlType Type, long[] Dims, long ByteLength, Action<Stream> Write);

    /// <summary>Alignment of the tensors' offsets: a power of two, 32 if not set. Setting it writes <c>general.alignment</c>.</summary>
    public uint Alignment
    {
        get => alignment;
        init
        {
            if (!GgufFile.IsAlignment(value)) throw new ArgumentOutOfRangeException(nameof(value), value, "An alignment is a power of two of at most 2^20.");
            alignment = value;
            Add(GgufFile.AlignmentKey, value);
        }
    }

    /// <summary>Adds a number or Boolean, stored with the type it has here: <c>Add("llama.block_count", 30u)</c>.</summary>
    public GgufWriter Add<T>(string key, T value) where T : unmanaged
    {
        AddKey(key, GgufValueTypes.Of<T>());
        return AddBytes(key, MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)));
    }

    /// <summary>Adds a text.</summary>
    public GgufWriter Add(string key, string value)
    {
        AddKey(key, GgufValueType.String);
        var text = Encoding.UTF8.GetBytes(value);
        Put((ulong)text.Length);
        return AddBytes(key, text);
    }

    /// <summary>Adds an array of numbers or Booleans.</summary>
    public GgufWriter AddArray<T>(string key, ReadOnlySpan<T> values) where T : unmanaged
    {
        var elementType = GgufValueTypes.Of<T>();
        AddKey(key, GgufValueType.Array);
        Put((uint)elementType);
        Put((ulong)values.Length);
        return AddBytes(key, MemoryMarshal.AsBytes(values));
    }

    /// <summary>Adds an array of texts.</summary>
    public GgufWriter AddArray(string key, IReadOnlyCollection<string> values)
    {
        AddKey(key, GgufValueType.Array);
        Put((uint)GgufValueType.String);
        Put((ulong)values.Count);
        AddBytes(key, []);
        foreach (var value in values)
        {
            var text = Encoding.UTF8.GetBytes(value);
            Put((ulong)text.Length);
            metadata.Write(text);
        }
        return this;
    }

    /// <summary>Adds a key of another file as it lies there, byte for byte.</summary>
    public GgufWriter Copy(GgufFile from, string key)
    {
        var value = from.Metadata[key];
        AddKey(key, value.Type);
        if (value.Type == GgufValueType.Array) Put((uint)value.ElementType);
        if (value.Type is GgufValueType.Array or GgufValueType.String) Put((ulong)value.Count);
        if (key == GgufFile.AlignmentKey) alignment = from.Alignment;
        return AddBytes(key, value.Bytes);
    }

    /// <summary>
    /// Adds a tensor. <paramref name="dims"/> innermost first, as in <see cref="GgufTensor.Dim"/>; <paramref name="data"/> are its
    /// bytes, which are kept, not copied, until the file is written.
    /// </summary>
    public GgufWriter AddTensor(string name, GgmlType type, ReadOnlySpan<long> dims, ReadOnlyMemory<byte> data)
    {
        var length = CheckTensor(name, type, dims);
        if (length != data.Length) throw new ArgumentException($"{name}: its elements take {length} bytes of {type}, not {data.Length}.", nameof(data));
        tensors.Add(new(name, type, dims.ToArray(), length, stream => stream.Write(data.Span)));
        return this;
    }

    /// <summary>
    /// Adds a tensor whose bytes are made while the file is written, for tensors that do not fit into memory: <paramref name="write"/>
    /// appends exactly as many to the stream as shape and type ask for.
    /// </summary>
    public GgufWriter AddTensor(string name, GgmlType type, ReadOnlySpan<long> dims, Action<Stream> write)
    {
        var length = CheckTensor(name, type, dims);
        tensors.Add(new(name, type, dims.ToArray(), length, write));
        return this;
    }

    /// <summary>
    /// Place in the file of an added value's bytes: of the number, the text, or the first element. A digest
    /// over the file is put there after writing.
    /// </summary>
    public long ValueOffset(string key) => valueOffsets[key];

    /// <summary>Bytes of the file.</summary>
    public long ByteLength
    {
        get
        {
            var head = Head();
            return head.WrittenCount + Padding(head.WrittenCount) + tensors.Sum(tensor => tensor.ByteLength + Padding(tensor.ByteLength));
        }
    }

    /// <summary>The file in memory.</summary>
    public byte[] ToArray()
    {
        using var stream = new MemoryStream();
        WriteTo(stream);
        return stream.ToArray();
    }

    /// <summary>Writes the file to a stream, forward only.</summary>
    public void WriteTo(Stream stream)
    {
        var head = Head();
        stream.Write(head.WrittenSpan);
        stream.Write(new byte[Padding(head.WrittenCount)]);
        foreach (var tensor in tensors)
        {
            tensor.Write(stream);
            stream.Write(new byte[Padding(tensor.ByteLength)]);
        }
    }

    /// <summary>All that comes before the padding in front of the tensors.</summary>
    private ArrayBufferWriter<byte> Head()
    {
        var head = new ArrayBufferWriter<byte>();
        Put(head, GgufFile.Magic);
        Put(head, Version);
        Put(head, (ulong)tensors.Count);
        Put(head, (ulong)valueOffsets.Count);
        head.Write(metadata.WrittenSpan);
        PutTensorList(head);
        return head;
    }

    private void PutTensorList(ArrayBufferWriter<byte> head)
    {
        var offset = 0L;
        foreach (var tensor in tensors)
        {
            var name = Encoding.UTF8.GetBytes(tensor.Name);
            Put(head, (ulong)name.Length);
            head.Write(name);
            Put(head, (uint)tensor.Dims.Length);
            foreach (var dim in tensor.Dims) Put(head, dim);
            Put(head, (uint)tensor.Type);
            Put(head, offset);
            offset += tensor.ByteLength + Padding(tensor.ByteLength);
        }
    }

    private int Padding(long length) => (int)(-length & alignment - 1);

    /// <summary>The bytes that the tensor takes.</summary>
    private long CheckTensor(string name, GgmlType type, ReadOnlySpan<long> dims)
    {
        CheckName(name, GgufName.MaxTensorBytes);
        if (tensors.Exists(tensor => tensor.Name == name)) throw new ArgumentException($"A tensor {name} was added already.", nameof(name));
        if (dims.Length is < 1 or > GgufTensor.MaxDims) throw new ArgumentException($"{name} has {dims.Length} dimensions, not 1 to {GgufTensor.MaxDims}.", nameof(dims));
        if (!BlockSize.TryOf(type, out var block)) throw new ArgumentException($"{name}: {type} is no tensor type.", nameof(type));

        var elements = 1L;
        foreach (var dim in dims)
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(dim, nameof(dims));
            elements = checked(elements * dim);
        }
        if (dims[0] % block.Elements != 0) throw new ArgumentException($"{name}: a row of {dims[0]} is no whole number of {type} blocks.", nameof(dims));
        return checked(elements / block.Elements * block.Bytes);
    }

    private void AddKey(string key, GgufValueType type)
    {
        var name = CheckName(key, GgufName.MaxKeyBytes);
        if (valueOffsets.ContainsKey(key)) throw new ArgumentException($"{key} was added already.", nameof(key));
        Put((ulong)name.Length);
        metadata.Write(name);
        Put((uint)type);
    }

    private GgufWriter AddBytes(string key, ReadOnlySpan<byte> bytes)
    {
        valueOffsets.Add(key, HeaderBytes + metadata.WrittenCount);
        metadata.Write(bytes);
        return this;
    }

    private void Put<T>(T value) where T : unmanaged => Put(metadata, value);

    private static void Put<T>(ArrayBufferWriter<byte> to, T value) where T : unmanaged => to.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)));

    private static byte[] CheckName(string name, int maxBytes)
    {
        var bytes = Encoding.UTF8.GetBytes(name);
        return GgufName.Fault(bytes, maxBytes) is { } fault ? throw new ArgumentException($"\"{name}\": {fault.Message}", nameof(name)) : bytes;
    }
}
