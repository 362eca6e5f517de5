using System.Buffers.Binary;
using LoRDBA.Runtime.Blocks;
using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Kernels.Signs;

namespace LoRDBA.Runtime.Adapters.Lordba;

/// <summary>One tensor of a .lordba file, checked to the last bit: what it says of itself, and where its parts lie in
/// it.</summary>
public readonly unsafe struct LordbaTensor
{
    private const int MaxChannels = 1 << 24;

    private readonly GgufFile file;
    private readonly long offset;
    private readonly AdapterBlobLayout layout;

    /// <exception cref="AdapterException">It is not a sound tensor of the format.</exception>
    internal LordbaTensor(GgufFile file, in GgufTensor tensor)
    {
        string fileName = file.Name, field = tensor.Name;
        void Require(bool condition, AdapterError error, string message)
        {
            if (!condition) throw new AdapterException(error, fileName, $"tensor {field}", message);
        }

        Require(tensor.Name.EndsWith(LordbaKeys.TensorSuffix, StringComparison.Ordinal), AdapterError.BadTensorName,
            $"a tensor of this format is called like its weight, with {LordbaKeys.TensorSuffix} for {LordbaKeys.WeightSuffix}.");
        Require(tensor.Type == GgmlType.I8 && tensor.NDims == 1 && tensor.ByteLength >= AdapterBlobLayout.HeaderLength, AdapterError.BadTensorType,
            $"it must be one-dimensional I8 of at least {AdapterBlobLayout.HeaderLength} bytes; it is {tensor}.");

        var header = new ReadOnlySpan<byte>(file.Data(tensor), AdapterBlobLayout.HeaderLength);
        Name = tensor.Name[..^LordbaKeys.TensorSuffix.Length] + LordbaKeys.WeightSuffix;
        ByteLength = tensor.ByteLength;
        Rank = BinaryPrimitives.ReadUInt16LittleEndian(header);
        var nIn = BinaryPrimitives.ReadUInt32LittleEndian(header[4..]);
        var nOut = BinaryPrimitives.ReadUInt32LittleEndian(header[8..]);
        CodeOut = new ScaleCode(header[2], BinaryPrimitives.ReadSingleLittleEndian(header[12..]), BinaryPrimitives.ReadSingleLittleEndian(header[16..]));
        CodeIn = new ScaleCode(header[3], BinaryPrimitives.ReadSingleLittleEndian(header[20..]), BinaryPrimitives.ReadSingleLittleEndian(header[24..]));

        Require(BinaryPrimitives.ReadUInt32LittleEndian(header[28..]) == 0, AdapterError.ReservedNotZero, "the reserved field is not 0.");
        Require(Rank is >= 1 and <= AdapterBlobLayout.MaxRank, AdapterError.BadRank, $"the rank is {Rank}; it must lie between 1 and {AdapterBlobLayout.MaxRank}.");
        Require(nIn is >= 1 and <= MaxChannels && nOut is >= 1 and <= MaxChannels, AdapterError.BadShape, $"n_in {nIn} and n_out {nOut} must lie between 1 and {MaxChannels}.");
        Require(ScaleCode.IsKnown(OutBits) && (InBits == 0 || ScaleCode.IsKnown(InBits)), AdapterError.BadScaleBits,
            $"scales of {OutBits} (out) and {InBits} (in) bits; known are 3, 4, 8 and 16, and 0 for no s_in.");
        Require(CodeOut.IsValid && (InBits == 0 ? HasNoRange(CodeIn) : CodeIn.IsValid), AdapterError.BadScaleRange,
            $"the range of a scale code leaves the finite numbers, or stands where none belongs: {CodeOut}, {CodeIn}.");

        NIn = (int)nIn;
        NOut = (int)nOut;
        layout = new AdapterBlobLayout(NIn, NOut, Rank, OutBits, InBits);
        Require(tensor.ByteLength == layout.Length, AdapterError.WrongLength, $"it has {tensor.ByteLength} bytes; its shape, rank and codes ask for {layout.Length}.");

        (this.file, offset) = (file, tensor.Offset);
        Require(HasZeroPadding(), AdapterError.PaddingNotZero, "a bit that belongs to nothing is not 0.");
        Require(HasOnlyMagnitudes(), AdapterError.BadScale, "a scale is not finite or is negative.");
    }

    /// <summary>The weight that it adapts, for example blk.0.attn_q.weight.</summary>
    public string Name { get; }

    /// <summary>1 to 4096.</summary>
    public int Rank { get; }

    /// <summary>Inputs of the linear layer.</summary>
    public int NIn { get; }

    /// <summary>Outputs of the linear layer.</summary>
    public int NOut { get; }

    /// <summary>Bits of a code of s_out: 3, 4, 8 or 16.</summary>
    public int OutBits => CodeOut.Bits;

    /// <summary>Bits of a code of s_in: 3, 4, 8 or 16, or 0 if there is none.</summary>
    public int InBits => CodeIn.Bits;

    /// <summary>Bytes in the file.</summary>
    public long ByteLength { get; }

    internal ScaleCode CodeOut { get; }

    internal ScaleCode CodeIn { get; }

    /// <summary>S_A, [rank][n_in], in the file.</summary>
    internal SignMatrix SignsA => new(Data + layout.SignsA, Rank, NIn);

    /// <summary>S_B transposed, [rank][n_out], in the file.</summary>
    internal SignMatrix SignsB => new(Data + layout.SignsB, Rank, NOut);

    private byte* Data => file.Start + offset;

    private ReadOnlySpan<byte> MBytes => new(Data + layout.M, layout.MLength);

    private ReadOnlySpan<byte> ScaleOutBytes => new(Data + layout.ScaleOut, layout.ScaleOutLength);

    private ReadOnlySpan<byte> ScaleInBytes => new(Data + layout.ScaleIn, layout.ScaleInLength);

    /// <summary>Decodes m to [rank].</summary>
    /// <exception cref="ObjectDisposedException">The file is closed.</exception>
    public void DecodeM(Span<float> m) => ScaleCode.F16.Decode(MBytes, m);

    /// <summary>Decodes s_out to [n_out].</summary>
    /// <exception cref="ObjectDisposedException">The file is closed.</exception>
    public void DecodeScaleOut(Span<float> scales) => CodeOut.Decode(ScaleOutBytes, scales);

    /// <summary>Decodes s_in, if there is one, to [n_in].</summary>
    /// <exception cref="ObjectDisposedException">The file is closed.</exception>
    public void DecodeScaleIn(Span<float> scales) => CodeIn.Decode(ScaleInBytes, scales);

    private static bool HasNoRange(ScaleCode code) => (code with { Bits = 16 }).IsValid;

    private bool HasZeroPadding() =>
        SignsA.HasZeroPadding() && SignsB.HasZeroPadding()
        && IsZero(layout.M + layout.MLength, layout.ScaleOut)
        && IsZero(layout.ScaleOut + layout.ScaleOutLength, layout.ScaleIn)
        && IsZero(layout.ScaleIn + layout.ScaleInLength, layout.Length)
        && LastByteEnds(ScaleOutBytes, OutBits, NOut) && (InBits == 0 || LastByteEnds(ScaleInBytes, InBits, NIn));

    private bool IsZero(long start, long end) => !new ReadOnlySpan<byte>(Data + start, (int)(end - start)).ContainsAnyExcept((byte)0);

    // The bits of a code stream's last byte that no code uses.
    private static bool LastByteEnds(ReadOnlySpan<byte> codes, int bits, int count)
    {
        var used = (int)((long)bits * count & 7);
        return used == 0 || codes[^1] >> used == 0;
    }

    private bool HasOnlyMagnitudes() =>
        AreMagnitudes(MBytes) && (OutBits != 16 || AreMagnitudes(ScaleOutBytes)) && (InBits != 16 || AreMagnitudes(ScaleInBytes));

    // An F16 below 0x7C00 is finite and has no sign.
    private static bool AreMagnitudes(ReadOnlySpan<byte> halves)
    {
        for (var i = 0; i < halves.Length; i += 2)
            if (BinaryPrimitives.ReadUInt16LittleEndian(halves[i..]) >= 0x7C00) return false;
        return true;
    }
}
