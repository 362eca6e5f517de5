using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Memory;

namespace LoRDBA.Runtime.Adapters.Lordba;

/// <summary>
/// A .lordba file, copied into memory and checked there as a whole: container, digest, trust area, and every bit of every tensor. It is not
/// bound to a model; that is what <see cref="Adapter.Load(string, Models.Model, AdapterPolicy?)"/> does.
/// </summary>
public sealed class LordbaFile : SharedResource
{
    private const int MaxHeaderLength = 1 << 20;

    private readonly GgufFile file;
    private readonly LordbaTensor[] tensors;

    private LordbaFile(GgufFile file)
    {
        this.file = file;
        Require(IsLordba(file), AdapterError.NotLordba, "general.type", "this GGUF file is no LoRDBA adapter. A model is loaded as a model.");
        file.RefuseTrailingBytes();
        Require(file.DataOffset <= MaxHeaderLength, AdapterError.HeaderTooLarge, "header", $"{file.DataOffset} bytes come before the first tensor; at most {MaxHeaderLength} may.");
        Require(file.Length <= int.MaxValue, AdapterError.BadContainer, "file", $"it has {file.Length} bytes; an adapter has fewer than 2^31.");
        Require(file.Version == 3 && file.Alignment == GgufFile.DefaultAlignment, AdapterError.BadContainer, "header",
            $"GGUF version {file.Version} with alignment {file.Alignment}; an adapter has version 3 and {GgufFile.DefaultAlignment}.");
        var version = file.Metadata.GetUInt32(LordbaKeys.FormatVersion);
        Require(version == LordbaKeys.CurrentFormatVersion, AdapterError.UnknownFormatVersion, LordbaKeys.FormatVersion,
            $"version {version} is not known; {LordbaKeys.CurrentFormatVersion} is. Update this program.");

        (Digest, Counter) = LordbaTrustArea.Verify(file);
        Header = ReadHeader();
        Require(file.Tensors.Count > 0, AdapterError.NoTensors, "tensors", "there is none, so the adapter would do nothing.");
        tensors = [.. file.Tensors.Select(tensor => new LordbaTensor(file, tensor))];
    }

    /// <summary>The path.</summary>
    public string Path => file.Name;

    /// <summary>Size in bytes.</summary>
    public long Length => file.Length;

    /// <summary>What the file says about itself.</summary>
    public LordbaHeader Header { get; }

    /// <summary>SHA-256 of the content, verified: the identity of the adapter.</summary>
    public Sha256Digest Digest { get; }

    /// <summary>lordba.counter: rises with every signed release; 0 if the file is not signed. This version does not check
    /// signatures.</summary>
    public ulong Counter { get; }

    /// <summary>One per adapted weight, in file order. They can be read while the file, or the adapter that took it over, is not
    /// disposed.</summary>
    public IReadOnlyList<LordbaTensor> Tensors => tensors;

    /// <summary>Copies a file into memory and checks the copy: what happens to the file afterwards changes nothing.</summary>
    /// <exception cref="GgufException">It is not sound GGUF, or a key is missing or has another type.</exception>
    /// <exception cref="AdapterException">It is not a sound adapter.</exception>
    /// <exception cref="MemoryException">The system does not have the memory for the copy.</exception>
    public static LordbaFile Open(string path) => From(AdapterCopy.Open(path));

    /// <summary>Takes over an open GGUF file, also if it is refused. One that is mapped stays mapped: nobody may write to it.</summary>
    /// <exception cref="ObjectDisposedException">The file is disposed, or was taken over before.</exception>
    /// <inheritdoc cref="Open"/>
    public static LordbaFile From(GgufFile file)
    {
        file.TakeOver();
        try
        {
            return new LordbaFile(file);
        }
        catch
        {
            file.Release();
            throw;
        }
    }

    private protected override void Free() => file.Release();

    /// <summary>Whether a GGUF file says that it is one of these; whether it is sound is another question.</summary>
    public static bool IsLordba(GgufFile file) =>
        file.Metadata.TryGetString("general.type", out var type) && type == "adapter"
        && file.Metadata.TryGetString(LordbaKeys.AdapterType, out var adapterType) && adapterType == LordbaKeys.AdapterTypeValue;

    private LordbaHeader ReadHeader()
    {
        var metadata = file.Metadata;
        var rank = metadata.GetUInt32(LordbaKeys.Rank);
        Require(rank is >= 1 and <= AdapterBlobLayout.MaxRank, AdapterError.BadMetadata, LordbaKeys.Rank, $"{rank} is not 1 to {AdapterBlobLayout.MaxRank}.");
        var scaleBits = metadata.GetUInt32(LordbaKeys.ScaleBits);
        Require(scaleBits <= 16 && ScaleCode.IsKnown((int)scaleBits), AdapterError.BadMetadata, LordbaKeys.ScaleBits, $"{scaleBits} is none of 3, 4, 8 and 16.");

        return new LordbaHeader
        {
            Name = metadata.GetString("general.name"),
            License = metadata.TryGetString("general.license", out var license) ? license : null,
            Base = new LordbaBase(
                metadata.GetString("general.architecture"),
                metadata.GetString(LordbaKeys.BaseName),
                ReadDigest(LordbaKeys.BaseFingerprint),
                ReadDigest(LordbaKeys.BaseTokenizerDigest),
                ReadDigest(LordbaKeys.BaseChatTemplateDigest)),
            ScaleBits = (int)scaleBits,
            Training = metadata.Contains(LordbaKeys.TrainingMethod) ? ReadTraining() : null,
        };
    }

    private LordbaTraining ReadTraining() => new(
        file.Metadata.GetString(LordbaKeys.TrainingMethod),
        ReadDigest(LordbaKeys.TrainingDataDigest),
        file.Metadata.GetUInt32(LordbaKeys.TrainingSteps),
        file.Metadata.GetFloat32(LordbaKeys.TrainingNllBefore),
        file.Metadata.GetFloat32(LordbaKeys.TrainingNllAfter));

    private Sha256Digest ReadDigest(string key)
    {
        var bytes = file.Metadata.GetArray<byte>(key);
        Require(bytes.Length == Sha256Digest.Length, AdapterError.BadMetadata, key, $"a digest has {Sha256Digest.Length} bytes, not {bytes.Length}.");
        return new Sha256Digest(bytes);
    }

    private void Require(bool condition, AdapterError error, string field, string message)
    {
        if (!condition) throw new AdapterException(error, file.Name, field, message);
    }
}
