using System.Buffers.Binary;
using LoRDBA.Runtime.Blocks;
using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Kernels.Signs;
using LoRDBA.Runtime.Memory;

namespace LoRDBA.Runtime.Adapters.Lordba;

/// <summary>
/// Writes a .lordba file: a GGUF version 3 file with one tensor per adapted weight. Equal input gives equal bytes.
/// </summary>
public static class LordbaWriter
{
    /// <summary>Writes the file whole or not at all, unsigned.</summary>
    /// <param name="path">The file.</param>
    /// <param name="header">What the file says about itself, such as its base.</param>
    /// <param name="tensors">One per adapted weight, in the order in which they lie in the file.</param>
    /// <exception cref="ArgumentException">What the reader would refuse: a rank, code or scale outside its list, or no tensor.</exception>
    /// <exception cref="IOException">It cannot be written; what was at the path is still there.</exception>
    public static void Save(string path, LordbaHeader header, IReadOnlyList<LordbaFactors> tensors)
    {
        var bytes = ToArray(header, tensors);
        WholeFile.Write(path, stream => stream.Write(bytes));
    }

    /// <summary>The bytes of the file, unsigned, its digest in place.</summary>
    /// <exception cref="ArgumentException">What the reader would refuse: a rank, code or scale outside its list, or no tensor.</exception>
    public static byte[] ToArray(LordbaHeader header, IReadOnlyList<LordbaFactors> tensors)
    {
        if (tensors.Count == 0) throw new ArgumentException("An adapter adapts at least one weight.", nameof(tensors));
        var writer = new GgufWriter();
        AddMetadata(writer, header, tensors);
        foreach (var tensor in tensors)
        {
            var bytes = Encode(tensor);
            writer.AddTensor(TensorName(tensor.Name), GgmlType.I8, [bytes.Length], bytes);
        }

        // The trust area is still zero, which is just how the digest is defined.
        var file = writer.ToArray();
        Sha256Digest.Of(file).ToArray().CopyTo(file, writer.ValueOffset(LordbaKeys.Digest));
        return file;
    }

    private static void AddMetadata(GgufWriter writer, LordbaHeader header, IReadOnlyList<LordbaFactors> tensors)
    {
        writer
            .Add("general.architecture", header.Base.Architecture)
            .Add("general.type", "adapter")
            .Add(LordbaKeys.AdapterType, LordbaKeys.AdapterTypeValue)
            .Add("general.name", header.Name);
        if (header.License is { } license) writer.Add("general.license", license);
        writer
            .Add(LordbaKeys.FormatVersion, LordbaKeys.CurrentFormatVersion)
            .Add(LordbaKeys.BaseName, header.Base.Name)
            .AddArray<byte>(LordbaKeys.BaseFingerprint, header.Base.Fingerprint.ToArray())
            .AddArray<byte>(LordbaKeys.BaseTokenizerDigest, header.Base.TokenizerDigest.ToArray())
            .AddArray<byte>(LordbaKeys.BaseChatTemplateDigest, header.Base.ChatTemplateDigest.ToArray())
            .Add(LordbaKeys.Rank, (uint)tensors.CountBy(tensor => tensor.Rank).MaxBy(ranks => (ranks.Value, -ranks.Key)).Key)
            .Add(LordbaKeys.ScaleBits, (uint)header.ScaleBits);
        if (header.Training is { } training)
            writer
                .Add(LordbaKeys.TrainingMethod, training.Method)
                .AddArray<byte>(LordbaKeys.TrainingDataDigest, training.DataDigest.ToArray())
                .Add(LordbaKeys.TrainingSteps, training.Steps)
                .Add(LordbaKeys.TrainingNllBefore, training.NllBefore)
                .Add(LordbaKeys.TrainingNllAfter, training.NllAfter);
        writer
            .Add(LordbaKeys.Counter, 0UL)
            .AddArray<byte>(LordbaKeys.Digest, new byte[Sha256Digest.Length])
            .AddArray<byte>(LordbaKeys.SignatureKeyId, new byte[Sha256Digest.Length])
            .AddArray<byte>(LordbaKeys.Signature, new byte[LordbaKeys.SignatureLength]);
    }

    private static string TensorName(string weight) => weight.EndsWith(LordbaKeys.WeightSuffix, StringComparison.Ordinal)
        ? weight[..^LordbaKeys.WeightSuffix.Length] + LordbaKeys.TensorSuffix
        : throw new ArgumentException($"{weight} is no weight: its name does not end in {LordbaKeys.WeightSuffix}.");

    private static byte[] Encode(LordbaFactors tensor)
    {
        var inBits = tensor.ScaleIn.Length == 0 ? 0 : tensor.CodeIn.Bits;
        Check(tensor, inBits);
        var layout = new AdapterBlobLayout(tensor.NIn, tensor.NOut, tensor.Rank, tensor.CodeOut.Bits, inBits);
        var bytes = new byte[layout.Length];

        BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)tensor.Rank);
        bytes[2] = (byte)tensor.CodeOut.Bits;
        bytes[3] = (byte)inBits;
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4), tensor.NIn);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), tensor.NOut);
        BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(12), tensor.CodeOut.Log2Min);
        BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(16), tensor.CodeOut.Log2Step);
        BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(20), inBits == 0 ? 0 : tensor.CodeIn.Log2Min);
        BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(24), inBits == 0 ? 0 : tensor.CodeIn.Log2Step);

        tensor.SignsA.CopyTo(bytes.AsSpan((int)layout.SignsA));
        tensor.SignsB.CopyTo(bytes.AsSpan((int)layout.SignsB));
        ScaleCode.F16.Encode(tensor.M, bytes.AsSpan((int)layout.M));
        tensor.CodeOut.Encode(tensor.ScaleOut, bytes.AsSpan((int)layout.ScaleOut));
        if (inBits != 0) tensor.CodeIn.Encode(tensor.ScaleIn, bytes.AsSpan((int)layout.ScaleIn));
        return bytes;
    }

    private static void Check(LordbaFactors tensor, int inBits)
    {
        void Require(bool condition, string what)
        {
            if (!condition) throw new ArgumentException($"{tensor.Name}: {what}.");
        }

        Require(tensor.Rank is >= 1 and <= AdapterBlobLayout.MaxRank, $"rank {tensor.Rank} is not 1 to {AdapterBlobLayout.MaxRank}");
        Require(tensor.NIn > 0 && tensor.NOut > 0, $"the shape {tensor.NIn} x {tensor.NOut} is empty");
        Require(tensor.SignsA.Length == tensor.Rank * SignMatrix.StrideOf(tensor.NIn), "S_A has the wrong length");
        Require(tensor.SignsB.Length == tensor.Rank * SignMatrix.StrideOf(tensor.NOut), "S_B has the wrong length");
        Require(inBits == 0 || tensor.ScaleIn.Length == tensor.NIn, "s_in has the wrong length");
        Require(ScaleCode.IsKnown(tensor.CodeOut.Bits) && tensor.CodeOut.IsValid, $"s_out cannot be written as {tensor.CodeOut}");
        Require(inBits == 0 || ScaleCode.IsKnown(inBits) && tensor.CodeIn.IsValid, $"s_in cannot be written as {tensor.CodeIn}");
        foreach (var scale in (ReadOnlySpan<float>)[.. tensor.M, .. tensor.ScaleOut, .. tensor.ScaleIn])
            Require(!float.IsNegative(scale) && Half.IsFinite((Half)scale), $"the scale {scale} is not from 0 to {Half.MaxValue}");
    }
}
