using LoRDBA.Runtime.Blocks;

namespace LoRDBA.Runtime.Gguf;

/// <summary>One tensor of a GGUF file: name, type, shape and the place of its bytes. The bytes themselves: <see cref="GgufFile.Span(in GgufTensor)"/>.</summary>
public readonly struct GgufTensor
{
    /// <summary>The most dimensions that GGUF allows.</summary>
    public const int MaxDims = 4;

    private readonly long dim0, dim1, dim2, dim3;

    internal GgufTensor(string name, GgmlType type, ReadOnlySpan<long> dims, long byteLength, long offset)
    {
        Name = name;
        Type = type;
        NDims = dims.Length;
        dim0 = dims[0];
        dim1 = dims.Length > 1 ? dims[1] : 1;
        dim2 = dims.Length > 2 ? dims[2] : 1;
        dim3 = dims.Length > 3 ? dims[3] : 1;
        ByteLength = byteLength;
        Offset = offset;
    }

    /// <summary>For example <c>blk.0.attn_q.weight</c>.</summary>
    public string Name { get; }

    /// <summary>How the elements are stored.</summary>
    public GgmlType Type { get; }

    /// <summary>Number of dimensions, 1 to 4.</summary>
    public int NDims { get; }

    /// <summary>Size of the stored bytes, without the padding that follows them.</summary>
    public long ByteLength { get; }

    /// <summary>Where the bytes begin, counted from the start of the file, of a split one from the start of its part.</summary>
    public long Offset { get; }

    /// <summary>Which file of a split one it lies in, from 0.</summary>
    internal int Part { get; init; }

    /// <summary>
    /// Number of dimensions up to the last one that is not 1; at least 1. Some converters write a norm as a matrix of one row.
    /// </summary>
    internal int Rank
    {
        get
        {
            var rank = NDims;
            while (rank > 1 && Dim(rank - 1) == 1) rank--;
            return rank;
        }
    }

    /// <summary>Product of the dimensions.</summary>
    public long ElementCount => dim0 * dim1 * dim2 * dim3;

    /// <summary>
    /// Dimension <paramref name="index"/>, innermost first: 0 is the length of a row (n_in of a weight), 1 the number of rows
    /// (n_out). Those from <see cref="NDims"/> to 3 are 1.
    /// </summary>
    public long Dim(int index) => index switch
    {
        0 => dim0,
        1 => dim1,
        2 => dim2,
        3 => dim3,
        _ => throw new ArgumentOutOfRangeException(nameof(index), index, "A tensor has dimensions 0 to 3."),
    };

    /// <summary>Name, type and shape, for a person.</summary>
    public override string ToString()
    {
        var self = this;
        return $"{Name} {Type} [{string.Join(", ", Enumerable.Range(0, NDims).Select(i => self.Dim(i)))}]";
    }
}
