using System.Buffers.Binary;
using LoRDBA.Runtime.Memory;

namespace LoRDBA.Runtime.Adapters.Peft;

/// <summary>
/// A safetensors file, copied into memory: an 8-byte length, a JSON header of that length, the bytes of the tensors.
/// </summary>
/// <remarks>
/// The rules of the format (github.com/huggingface/safetensors) hold as errors: the header is at most 100 MB and begins
/// with a brace, and the tensors cover the rest of the file exactly, without gap or overlap.
/// </remarks>
internal sealed unsafe class SafetensorsFile : IDisposable
{
    private const int LengthBytes = 8;
    private const ulong MaxHeaderLength = 100_000_000;

    private readonly FileCopy copy;

    private SafetensorsFile(FileCopy copy, string path)
    {
        this.copy = copy;
        Path = path;
        if (copy.Length < LengthBytes) throw HeaderError(path, $"the file has {copy.Length} bytes, fewer than its header's length takes.");
        var length = BinaryPrimitives.ReadUInt64LittleEndian(new ReadOnlySpan<byte>(copy.Start, LengthBytes));
        if (length > MaxHeaderLength || length > (ulong)(copy.Length - LengthBytes))
            throw HeaderError(path, $"it claims {length} bytes; the file has {copy.Length}, and {MaxHeaderLength} are the limit.");

        var header = new ReadOnlySpan<byte>(copy.Start + LengthBytes, (int)length);
        Tensors = SafetensorsHeader.Read(header, path, dataOffset: LengthBytes + (long)length, fileLength: copy.Length);
    }

    /// <summary>Where it lies.</summary>
    public string Path { get; }

    /// <summary>The tensors in the order of their bytes.</summary>
    public IReadOnlyList<SafetensorsTensor> Tensors { get; }

    /// <summary>Size of the file in bytes.</summary>
    public long Length => copy.Length;

    /// <summary>Copies a file and checks the copy: what happens to the file afterwards changes nothing.</summary>
    /// <exception cref="AdapterException">It cannot be opened or breaks a rule of the format.</exception>
    /// <exception cref="MemoryException">The system does not have the memory for the copy.</exception>
    public static SafetensorsFile Open(string path)
    {
        var copy = FileCopy.Read(path, cause => new AdapterException(AdapterError.CannotOpen, path, "file", $"it cannot be opened. {cause.Message}", cause));
        try
        {
            return new SafetensorsFile(copy, path);
        }
        catch
        {
            copy.Dispose();
            throw;
        }
    }

    /// <summary>The values of a tensor as float32, in the order of the file; the first <paramref name="most"/> if it has more.</summary>
    public float[] Values(SafetensorsTensor tensor, int most = int.MaxValue)
    {
        var values = new float[Math.Min(tensor.ByteLength / tensor.Format.BlockBytes, most)];
        tensor.Format.Dequantize(new ReadOnlySpan<byte>(copy.Start + tensor.Offset, checked(values.Length * tensor.Format.BlockBytes)), values);
        return values;
    }

    /// <summary>SHA-256 of the whole file.</summary>
    public Sha256Digest Digest()
    {
        var builder = new Sha256Builder();
        builder.Append(copy.Start, Length);
        return builder.Finish();
    }

    /// <summary>Frees the copy.</summary>
    public void Dispose() => copy.Dispose();

    private static AdapterException HeaderError(string path, string message) => new(AdapterError.BadSafetensorsHeader, path, "header", message);
}
