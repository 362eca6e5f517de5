using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Memory;

namespace LoRDBA.Runtime.Models;

/// <summary>
/// A frozen base model: views into a mapped GGUF file. It never changes, so any number of engines and adapters share it. Each holds a
/// reference, so the file stays mapped until the last of them goes, whatever the order of disposal.
/// </summary>
public sealed class Model : SharedResource
{
    private readonly Lazy<Sha256Digest> fingerprint;
    private readonly Lazy<Sha256Digest> weightsDigest;
    private readonly Lazy<Sha256Digest> tokenizerDigest;
    private readonly Lazy<Sha256Digest> chatTemplateDigest;

    private Model(GgufFile file, ModelFamily? family)
    {
        File = file;
        var notices = new List<string>();
        Config = ModelConfig.FromGguf(file, family, notices);
        // First the weights: once they have been found in the file, no width in the metadata is larger than the file.
        Weights = ModelWeights.FromGguf(file, Config);
        var rope = RopeScaling.Read(file, Config, notices);
        RopeTables = Config.WindowedRopeBase is { } own ? [rope, RopeTable.Unscaled(Config.RopeDim, own)] : [rope];
        Notices = notices;
        fingerprint = new(() => BaseIdentity.Fingerprint(file, Config));
        weightsDigest = new(() => BaseIdentity.Weights(file, Fingerprint));
        tokenizerDigest = new(() => BaseIdentity.Tokenizer(file));
        chatTemplateDigest = new(() => BaseIdentity.ChatTemplate(file));
    }

    /// <summary>The file that the weights lie in: it stays open as long as anything uses the model.</summary>
    public GgufFile File { get; }

    /// <summary>Shapes and constants.</summary>
    public ModelConfig Config { get; }

    /// <summary>Every matrix that an adapter can adapt, in the order of the forward pass.</summary>
    public IReadOnlyList<Linear> Linears => Weights.Linears;

    /// <summary>The inputs that these read, in the order of the forward pass.</summary>
    public IReadOnlyList<InputGroup> Inputs => Weights.Inputs;

    /// <summary>Whether the head is the embedding itself, which then cannot be adapted.</summary>
    public bool HasTiedOutput => !Weights.HasOwnOutput;

    /// <summary>The identity of the model across its quantizations: what an adapter was made for.</summary>
    public Sha256Digest Fingerprint => fingerprint.Value;

    /// <summary>The identity of these very weights, one file of many of the model: what keys and values were computed with.</summary>
    internal Sha256Digest WeightsDigest => weightsDigest.Value;

    /// <summary>The identity of the vocabulary and its merges.</summary>
    public Sha256Digest TokenizerDigest => tokenizerDigest.Value;

    /// <summary>The identity of the chat template.</summary>
    public Sha256Digest ChatTemplateDigest => chatTemplateDigest.Value;

    /// <summary>general.license, if the file tells it.</summary>
    public string? License => File.Metadata.TryGetString("general.license", out var license) ? license : null;

    /// <summary>Where the file was read with a guess, one line each for a person to read. The tokenizer has its own.</summary>
    public IReadOnlyList<string> Notices { get; }

    internal ModelWeights Weights { get; }

    /// <summary>The linears whose rows a tensor holds, one below the other; none if no linear has the name.</summary>
    internal ReadOnlySpan<Linear> LinearsOf(string tensor) =>
        Weights.Fused.TryGetValue(tensor, out var parts) ? parts : Linears.FirstOrDefault(linear => linear.Name == tensor) is { } linear ? [linear] : [];

    /// <summary>What heads turn by, [rope_tables]; see <see cref="ModelConfig.RopeTableOf"/>.</summary>
    internal RopeTable[] RopeTables { get; }

    /// <summary>Maps a GGUF file.</summary>
    /// <exception cref="GgufException">The file is not sound GGUF.</exception>
    /// <exception cref="ModelException">It is no model that this engine can run.</exception>
    public static Model Load(string path) => Load(GgufFile.Open(path));

    /// <summary>Takes over an open file, also if it is refused: one file makes one model.</summary>
    /// <exception cref="ObjectDisposedException">The file is disposed, or was taken over before.</exception>
    /// <inheritdoc cref="Load(string)"/>
    public static Model Load(GgufFile file) => Load(file, family: null);

    /// <summary>The same for a family that is no row of the table, as tests have them; null for the row that the file names.</summary>
    internal static Model Load(GgufFile file, ModelFamily? family)
    {
        file.TakeOver();
        try
        {
            return new Model(file, family);
        }
        catch
        {
            file.Release();
            throw;
        }
    }

    /// <summary>Refuses to begin anything new with weights that are not those that were checked.</summary>
    /// <exception cref="GgufException">The file has been written to since it was mapped.</exception>
    internal void ThrowIfChanged() => File.ThrowIfChanged();

    private protected override void Free() => File.Release();
}
