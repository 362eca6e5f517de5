using System.Buffers.Binary;
using LoRDBA.Runtime.Memory;

namespace LoRDBA.Runtime.Adapters.Peft;

/// <summary>
/// A safetensors file, mapped read-only: an 8-byte length, a JSON header of that length, the bytes of the tensors.
/// </summary>
/// <remarks>
/// The rules of the format (github.com/huggingface/safetensors) hold as errors: the header is at most 100 MB and begins
/// with a brace, and the tensors cover the rest of the file exactly, without gap or overlap.
/// </remarks>
internal sealed unsafe class SafetensorsFile : IDisposable
{
    private const int LengthBytes = 8;
    private const ulong MaxHeaderLength = 100_000_000;

    private readonly MappedFile mapping;

    private SafetensorsFile(MappedFile mapping, string path)
    {
        this.mapping = mapping;
        Path = path;
        if (mapping.Length < LengthBytes) throw HeaderError(path, $"the file has {mapping.Length} bytes, fewer than its header's length takes.");
        var length = BinaryPrimitives.ReadUInt64LittleEndian(new ReadOnlySpan<byte>(mapping.Start, LengthBytes));
        if (length > MaxHeaderLength || length > (ulong)(mapping.Length - LengthBytes))
            throw HeaderError(path, $"it claims {length} bytes; the file has {mapping.Length}, and {MaxHeaderLength} are the limit.");

        var header = new ReadOnlySpan<byte>(mapping.Start + LengthBytes, (int)length);
        Tensors = SafetensorsHeader.Read(header, path, dataOffset: LengthBytes + (long)length, fileLength: mapping.Length);
    }

    /// <summary>Where it lies.</summary>
    public string Path { get; }

    /// <summary>The tensors in the order of their bytes.</summary>
    public IReadOnlyList<SafetensorsTensor> Tensors { get; }

    /// <summary>Size of the file in bytes.</summary>
    public long Length => mapping.Length;

    /// <summary>Maps and checks a file.</summary>
    /// <exception cref="AdapterException">It cannot be opened or breaks a rule of the format.</exception>
    public static SafetensorsFile Open(string path)
    {
        var mapping = MappedFile.Open(path, cause => new AdapterException(AdapterError.CannotOpen, path, "file", $"it cannot be opened. {cause.Message}", cause));
        try
        {
            return new SafetensorsFile(mapping, path);
        }
        catch
        {
            mapping.Dispose();
            throw;
        }
    }

    /// <summary>The values of a tensor as float32, in the order of the file; the first <paramref name="most"/> if it has more.</summary>
    public float[] Values(SafetensorsTensor tensor, int most = int.MaxValue)
    {
        var values = new float[Math.Min(tensor.ByteLength / tensor.Format.BlockBytes, most)];
        tensor.Format.Dequantize(new ReadOnlySpan<byte>(mapping.Start + tensor.Offset, checked(values.Length * tensor.Format.BlockBytes)), values);
        return values;
    }

    /// <summary>SHA-256 of the whole file.</summary>
    public Sha256Digest Digest()
    {
        var builder = new Sha256Builder();
        builder.Append(mapping.Start, Length);
        return builder.Finish();
    }

    /// <summary>Ends the mapping.</summary>
    public void Dispose() => mapping.Dispose();

    private static AdapterException HeaderError(string path, string message) => new(AdapterError.BadSafetensorsHeader, path, "header", message);
}
