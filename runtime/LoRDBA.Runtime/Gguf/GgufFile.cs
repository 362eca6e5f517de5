using LoRDBA.Runtime.Blocks;
using LoRDBA.Runtime.Memory;

namespace LoRDBA.Runtime.Gguf;

/// <summary>
/// A GGUF file (version 2 or 3), mapped read-only or in memory, and checked as a whole before anything of it can be used:
/// <code>
/// "GGUF" | version: u32 | n_tensors: u64 | n_kv: u64 | metadata | tensor list | padding | data section
/// </code>
/// A model that is split over several files (<see cref="GgufSplit"/>) is one of these: all parts are mapped together.
/// Spans into the file are views of its bytes and die with them: their user keeps the file open. A model or an adapter that takes the file
/// over keeps it open as long as anything uses it.
/// </summary>
public sealed unsafe class GgufFile : SharedResource
{
    /// <summary>Alignment of tensors in a file without <c>general.alignment</c>.</summary>
    public const uint DefaultAlignment = 32;

    internal const string AlignmentKey = "general.alignment";
    internal const uint Magic = 0x46554747; // "GGUF"
    private const uint MaxAlignment = 1 << 20;
    private const uint SwappedMagic = 0x47475546;
    private const uint MinVersion = 2;
    private const uint MaxVersion = 3;

    // Where the bytes lie: one of these, or memory that is the caller's.
    private readonly MappedFile? mapping;
    private readonly FileCopy? copy;
    private readonly byte[]? pinned;
    private readonly long length;
    private readonly long end;
    private readonly List<GgufFile> otherParts = [];
    private readonly List<GgufTensor> tensors;
    private readonly Dictionary<string, GgufTensor> tensorByName;
    private byte* start;

    private GgufFile(byte* start, long length, string name, MappedFile? mapping = null, FileCopy? copy = null, byte[]? pinned = null)
    {
        this.start = start;
        (this.length, Name, this.mapping, this.copy, this.pinned) = (length, name, mapping, copy, pinned);
        var reader = new GgufReader(start, length, name);
        Version = ReadVersion(ref reader);
        var nTensors = reader.Read<ulong>("n_tensors");
        var nKv = reader.Read<ulong>("n_kv");
        reader.CheckCount(nKv, GgufMetadataReader.MinimumEntryBytes, GgufError.TooManyKeys, "n_kv");
        reader.CheckCount(nTensors, GgufTensorReader.MinimumEntryBytes, GgufError.TooManyTensors, "n_tensors");

        Metadata = GgufMetadataReader.Read(ref reader, nKv, name);
        Alignment = ReadAlignment();
        tensors = GgufTensorReader.Read(ref reader, nTensors, Alignment, out var dataOffset, out end);
        DataOffset = dataOffset;
        tensorByName = tensors.ToDictionary(tensor => tensor.Name);
    }

    /// <summary>Maps a file; of a split one the first, and with it all others.</summary>
    /// <exception cref="GgufException">The file cannot be opened, or is no sound GGUF, or another part of it is not there.</exception>
    public static GgufFile Open(string path)
    {
        var file = OpenPart(path);
        try
        {
            file.Join(GgufSplit.PathsOfOthers(file));
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static GgufFile OpenPart(string path)
    {
        var mapping = MappedFile.Open(path, cause => CannotOpen(path, cause));
        try
        {
            if (mapping.Length == 0) throw new GgufException(GgufError.Truncated, path, 0, "magic", "the file is empty.");
            return new(mapping.Start, mapping.Length, path, mapping);
        }
        catch
        {
            mapping.Dispose();
            throw;
        }
    }

    /// <summary>Copies a file into memory: for files that are small and must not change any more.</summary>
    /// <exception cref="GgufException">The file cannot be read, or is no sound GGUF.</exception>
    /// <exception cref="MemoryException">The system does not have the memory for the copy.</exception>
    internal static GgufFile Read(string path)
    {
        var copy = FileCopy.Read(path, cause => CannotOpen(path, cause));
        try
        {
            return Whole(new(copy.Start, copy.Length, path, copy: copy));
        }
        catch
        {
            copy.Dispose();
            throw;
        }
    }

    private static GgufException CannotOpen(string path, Exception cause) =>
        new(GgufError.CannotOpen, path, 0, "file", $"it cannot be opened. {cause.Message}", cause);

    /// <summary>Reads a file that already lies in memory, such as an embedded resource. The caller keeps it there, unchanged.</summary>
    /// <exception cref="GgufException">The bytes are no sound GGUF.</exception>
    public static GgufFile FromMemory(byte* start, long length, string name) => Whole(new(start, length, name));

    /// <summary>Reads a copy of <paramref name="bytes"/>: for small files.</summary>
    /// <exception cref="GgufException">The bytes are no sound GGUF.</exception>
    public static GgufFile FromBytes(ReadOnlySpan<byte> bytes, string name)
    {
        // One byte more, so that there is something to point to in an empty file.
        var pinned = GC.AllocateUninitializedArray<byte>(bytes.Length + 1, pinned: true);
        bytes.CopyTo(pinned);
        fixed (byte* start = pinned) return Whole(new(start, bytes.Length, name, pinned: pinned));
    }

    /// <summary>The path, or what the caller named the bytes; used in messages.</summary>
    public string Name { get; }

    /// <summary>2 or 3.</summary>
    public uint Version { get; }

    /// <summary>Size in bytes, of a split file that of all its parts.</summary>
    public long Length => length + otherParts.Sum(part => part.Length);

    /// <summary>Alignment of the tensors' offsets: a power of two.</summary>
    public uint Alignment { get; }

    /// <summary>Where the data section begins.</summary>
    public long DataOffset { get; }

    /// <summary>The key-value pairs.</summary>
    public GgufMetadata Metadata { get; }

    /// <summary>The tensors in the order of the file's list.</summary>
    public IReadOnlyList<GgufTensor> Tensors => tensors;

    /// <summary>The first byte of the file, of a split one that of its first part.</summary>
    internal byte* Start
    {
        get
        {
            ObjectDisposedException.ThrowIf(start is null, this);
            return start;
        }
    }

    /// <summary>The whole file, of a split one its first part, if it is smaller than 2 GiB.</summary>
    public ReadOnlySpan<byte> Bytes => new(Start, checked((int)length));

    /// <summary>SHA-256 of the whole file, of all parts one after the other. Reads all of it.</summary>
    public Sha256Digest Digest()
    {
        var builder = new Sha256Builder();
        builder.Append(Start, length);
        foreach (var part in otherParts) builder.Append(part.Start, part.length);
        return builder.Finish();
    }

    /// <summary>
    /// Reads a mapped file from a thread of its own, for a caller who soon needs all of it and has something else to do first. The thread
    /// ends by itself, or when the file is closed.
    /// </summary>
    public void ReadAhead()
    {
        mapping?.ReadAhead();
        foreach (var part in otherParts) part.ReadAhead();
    }

    /// <summary>Refuses to go on with a mapped file that is not what was checked when it was opened.</summary>
    /// <exception cref="GgufException">It was written to, or cut (<see cref="MappedFile.IsChanged"/> says what is noticed).</exception>
    internal void ThrowIfChanged()
    {
        if (mapping is { IsChanged: true })
            throw new GgufException(GgufError.Changed, Name, 0, "file", "it was written to after it had been opened, so what lies in memory is neither the old nor the new file. Load it again, and replace files by renaming new ones.");
        foreach (var part in otherParts) part.ThrowIfChanged();
    }

    /// <summary>Finds a tensor by name.</summary>
    public bool TryGetTensor(string name, out GgufTensor tensor) => tensorByName.TryGetValue(name, out tensor);

    /// <summary>A tensor that must be there.</summary>
    /// <exception cref="GgufException">There is none of this name.</exception>
    public GgufTensor GetTensor(string name) => TryGetTensor(name, out var tensor)
        ? tensor
        : throw new GgufException(GgufError.MissingTensor, Name, DataOffset, $"tensor {name}", "the file has no such tensor. It is incomplete or of another kind.");

    /// <summary>The first byte of one of this file's tensors; <see cref="GgufTensor.ByteLength"/> bytes follow.</summary>
    internal byte* Data(in GgufTensor tensor) => (tensor.Part == 0 ? this : otherParts[tensor.Part - 1]).Start + tensor.Offset;

    /// <summary>The bytes of one of this file's tensors, if there are fewer than 2^31.</summary>
    public ReadOnlySpan<byte> Span(in GgufTensor tensor) => new(Data(tensor), checked((int)tensor.ByteLength));

    /// <summary>The first <paramref name="length"/> bytes of one of this file's tensors: it may have more than a span can hold.</summary>
    public ReadOnlySpan<byte> Span(in GgufTensor tensor, int length)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, tensor.ByteLength);
        return new(Data(tensor), length);
    }

    /// <summary>How the numbers of one of this file's tensors are stored.</summary>
    /// <exception cref="GgufException">Numbers of its type cannot be read yet; the error names the tensor.</exception>
    public BlockFormat FormatOf(in GgufTensor tensor) => BlockFormat.TryOf(tensor.Type, out var format)
        ? format
        : throw new GgufException(GgufError.UnsupportedTensorType, Name, tensor.Offset, $"tensor {tensor.Name}",
            $"{tensor.Type} is not supported yet. Use a model whose tensors are {string.Join(", ", BlockFormat.All)}.");

    /// <summary>Refuses bytes behind the last tensor: they harm no model, but nothing may hide in an adapter.</summary>
    /// <exception cref="GgufException">There are some.</exception>
    internal void RefuseTrailingBytes()
    {
        if (length > end) throw new GgufException(GgufError.TrailingBytes, Name, end, "data section end", $"{length - end} bytes behind the last tensor belong to none.");
    }

    private protected override void Free()
    {
        start = null;
        Metadata.Close();
        mapping?.Dispose();
        copy?.Dispose();
        foreach (var part in otherParts) part.Dispose();
    }

    /// <summary>Maps the other parts of a split file and takes over their tensors.</summary>
    private void Join(IReadOnlyList<string> paths)
    {
        foreach (var path in paths)
        {
            var part = OpenPart(path);
            otherParts.Add(part);
            GgufSplit.CheckPart(part, number: otherParts.Count, count: paths.Count + 1);
            foreach (var tensor in part.tensors)
            {
                if (!tensorByName.TryAdd(tensor.Name, tensor with { Part = otherParts.Count }))
                    throw new GgufException(GgufError.DuplicateTensor, path, tensor.Offset, $"tensor {tensor.Name}", "another part has this tensor too.");
                tensors.Add(tensorByName[tensor.Name]);
            }
        }
        if (paths.Count > 0) GgufSplit.CheckTotal(this);
    }

    /// <summary>A file in memory has no path, so nothing tells where its other parts are.</summary>
    private static GgufFile Whole(GgufFile file) => GgufSplit.CountOf(file) == 1
        ? file
        : throw new GgufException(GgufError.MissingPart, file.Name, 0, GgufSplit.CountKey, "this is one part of a split model. Open it by its path, or join the parts to one file first.");

    private static uint ReadVersion(ref GgufReader reader)
    {
        var magic = reader.Read<uint>("magic");
        if (magic == SwappedMagic) throw Swapped(ref reader, "magic");
        if (magic != Magic) throw reader.Error(GgufError.BadMagic, "magic", "this is no GGUF file: it does not begin with GGUF.");

        var version = reader.Read<uint>("version");
        if (version != 0 && (version & 0xffff) == 0) throw Swapped(ref reader, "version");
        return version switch
        {
            >= MinVersion and <= MaxVersion => version,
            1 => throw reader.Error(GgufError.VersionTooOld, "version", "version 1 is not supported. Convert the model anew; current tools write version 3."),
            _ => throw reader.Error(GgufError.VersionUnknown, "version", $"version {version} is not known; {MinVersion} and {MaxVersion} are. Update this program, or check the file."),
        };
    }

    private static GgufException Swapped(ref GgufReader reader, string part) =>
        reader.Error(GgufError.ByteSwapped, part, "the file is big-endian. Use the little-endian file of this model.");

    internal static bool IsAlignment(uint value) => uint.IsPow2(value) && value <= MaxAlignment;

    private uint ReadAlignment()
    {
        if (!Metadata.Contains(AlignmentKey)) return DefaultAlignment;
        var value = Metadata[AlignmentKey];
        if (value.Type != GgufValueType.UInt32)
            throw new GgufException(GgufError.WrongValueType, Name, value.Offset, AlignmentKey, $"UInt32 is needed, the file has {value.Type}.");
        var alignment = value.Read<uint>();
        return IsAlignment(alignment)
            ? alignment
            : throw new GgufException(GgufError.BadAlignment, Name, value.Offset, AlignmentKey, $"{alignment} is not a power of two from 1 to {MaxAlignment}.");
    }
}
