using LoRDBA.Runtime.Blocks;

namespace LoRDBA.Runtime.Gguf;

/// <summary>
/// Reads the list of tensors, n_tensors times
/// <code>
/// name: u64 length, bytes | n_dims: u32 | dims: n_dims x u64, innermost first | type: u32 | offset: u64 from the data section
/// </code>
/// and checks the tensors' bytes: they lie in the data section, which begins at the next multiple of the alignment, without overlap and
/// with no gap beyond the padding of the alignment. Whether bytes may follow them is for the reader of the file to say.
/// </summary>
internal static class GgufTensorReader
{
    /// <summary>Length, one byte of name, number of dimensions, one dimension, type, offset.</summary>
    public const ulong MinimumEntryBytes = 8 + 1 + 4 + 8 + 4 + 8;

    /// <summary>What tensor types that ggml has given up were called, and which file of a model takes their place.</summary>
    private static readonly (uint Type, string Name, string Advice)[] Retired =
    [
        (4, "Q4_2", "It is an experiment of 2023: convert the model anew."),
        (5, "Q4_3", "It is an experiment of 2023: convert the model anew."),
        (31, "Q4_0_4_4", "It was made for an older llama.cpp on ARM: take the model's Q4_0 file."),
        (32, "Q4_0_4_8", "It was made for an older llama.cpp on ARM: take the model's Q4_0 file."),
        (33, "Q4_0_8_8", "It was made for an older llama.cpp on ARM: take the model's Q4_0 file."),
        (36, "IQ4_NL_4_4", "It was made for an older llama.cpp on ARM: take the model's IQ4_NL file."),
        (37, "IQ4_NL_4_8", "It was made for an older llama.cpp on ARM: take the model's IQ4_NL file."),
        (38, "IQ4_NL_8_8", "It was made for an older llama.cpp on ARM: take the model's IQ4_NL file."),
    ];

    /// <summary>Reads <paramref name="count"/> entries and the padding behind them. The result is in file order.</summary>
    /// <param name="reader">Stands before the first entry.</param>
    /// <param name="count">How many.</param>
    /// <param name="alignment">Of the tensors' offsets.</param>
    /// <param name="dataOffset">Where the data section begins.</param>
    /// <param name="end">Where the last tensor's padding ends; the file may end inside of that padding.</param>
    public static List<GgufTensor> Read(ref GgufReader reader, ulong count, uint alignment, out long dataOffset, out long end)
    {
        var infos = new List<Info>();
        var names = new HashSet<string>();
        for (ulong i = 0; i < count; i++)
        {
            reader.Enter("tensor", i);
            var name = GgufName.Read(ref reader, GgufName.MaxTensorBytes);
            reader.Enter($"tensor {name}");
            if (!names.Add(name)) throw reader.Error(GgufError.DuplicateTensor, "name", "the tensor occurs twice.");
            infos.Add(ReadInfo(ref reader, name, alignment));
        }

        var dataStart = Align(reader.Position, alignment);
        dataOffset = (long)dataStart;
        end = dataOffset + (long)CheckLayout(ref reader, infos, dataStart, alignment);
        return [.. infos.Select(info => new GgufTensor(info.Name, info.Type, info.Dims, (long)info.Bytes, (long)(dataStart + info.Offset)))];
    }

    /// <summary>An entry of the list: bytes without padding, offset from the data section, and where that offset is written, for errors.</summary>
    private readonly record struct Info(string Name, GgmlType Type, long[] Dims, ulong Bytes, ulong Offset, ulong OffsetPosition);

    private static Info ReadInfo(ref GgufReader reader, string name, uint alignment)
    {
        var nDims = reader.Read<uint>("n_dims");
        if (nDims is < 1 or > GgufTensor.MaxDims)
            throw reader.Error(GgufError.BadDimensionCount, "n_dims", $"{nDims} dimensions; 1 to {GgufTensor.MaxDims} are possible.");

        var dims = new long[nDims];
        foreach (ref var dim in dims.AsSpan())
        {
            dim = reader.Read<long>("dims");
            if (dim <= 0) throw reader.Error(GgufError.BadDimension, "dims", $"a dimension of {(ulong)dim}; 1 to {long.MaxValue} are possible.");
        }

        var type = (GgmlType)reader.Read<uint>("type");
        if (!BlockSize.TryOf(type, out var block)) throw Unknown(ref reader, (uint)type);
        var bytes = ByteLength(ref reader, type, block, dims);

        var offset = reader.Read<ulong>("offset");
        if (offset % alignment != 0)
            throw reader.Error(GgufError.UnalignedTensor, "offset", $"{offset} is not a multiple of the alignment {alignment}.");
        return new(name, type, dims, bytes, offset, reader.Position - sizeof(ulong));
    }

    private static GgufException Unknown(ref GgufReader reader, uint type)
    {
        var retired = Array.Find(Retired, row => row.Type == type);
        return reader.Error(GgufError.UnknownTensorType, "type", retired.Name is null
            ? $"{type} is no tensor type of GGUF that this version knows. Update this program, or check the file."
            : $"{retired.Name} (type {type}) has been retired. {retired.Advice}");
    }

    private static ulong ByteLength(ref GgufReader reader, GgmlType type, BlockSize block, ReadOnlySpan<long> dims)
    {
        if (dims[0] % block.Elements != 0)
            throw reader.Error(GgufError.PartialBlock, "dims", $"a row of {dims[0]} is not a multiple of the {block.Elements} elements of a {type} block.");

        // Every product is bounded by a division before it is formed, so nothing can wrap.
        var elements = dims[0];
        foreach (var dim in dims[1..])
        {
            if (elements > long.MaxValue / dim) throw reader.Error(GgufError.TensorTooLarge, "dims", "more than 2^63 - 1 elements.");
            elements *= dim;
        }
        var blocks = elements / block.Elements;
        if (blocks > long.MaxValue / block.Bytes) throw reader.Error(GgufError.TensorTooLarge, "dims", "more than 2^63 - 1 bytes.");
        return (ulong)(blocks * block.Bytes);
    }

    /// <summary>Where the last tensor's padding ends, counted from <paramref name="dataStart"/>.</summary>
    private static ulong CheckLayout(ref GgufReader reader, List<Info> infos, ulong dataStart, uint alignment)
    {
        var fileEnd = reader.Position + reader.Remaining;
        var dataLength = fileEnd > dataStart ? fileEnd - dataStart : 0;
        ulong end = 0; // of the tensors so far, padded
        foreach (var info in infos.OrderBy(info => info.Offset))
        {
            reader.Enter($"tensor {info.Name}");
            if (info.Offset > dataLength || info.Bytes > dataLength - info.Offset)
                throw reader.ErrorAt(info.OffsetPosition, GgufError.TensorPastEnd, "offset",
                    $"{info.Bytes} bytes at {info.Offset} of a data section of {dataLength}. The file is cut short; fetch it again.");
            if (info.Offset < end)
                throw reader.ErrorAt(info.OffsetPosition, GgufError.TensorOverlap, "offset", $"the tensor begins at {info.Offset}, inside another one.");
            if (info.Offset > end)
                throw reader.ErrorAt(info.OffsetPosition, GgufError.TensorGap, "offset", $"{info.Offset - end} bytes before the tensor belong to none.");
            end = Align(info.Offset + info.Bytes, alignment);
        }
        return end;
    }

    /// <summary>The next multiple of a power of two. Positions are below 2^63, so this cannot wrap.</summary>
    private static ulong Align(ulong position, uint alignment) => (position + alignment - 1) & ~((ulong)alignment - 1);
}
