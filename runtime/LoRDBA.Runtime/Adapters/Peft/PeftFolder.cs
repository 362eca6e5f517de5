using LoRDBA.Runtime.Memory;

namespace LoRDBA.Runtime.Adapters.Peft;

/// <summary>The folder of a PEFT LoRA, opened: both files are sound, no model is asked yet.</summary>
public sealed class PeftFolder : IDisposable
{
    /// <summary>What the file with rank and scaling is called.</summary>
    public const string ConfigName = "adapter_config.json";
    /// <summary>What the file with the factors is called.</summary>
    public const string WeightsName = "adapter_model.safetensors";
    private const long MaxConfigLength = 1 << 20;

    private readonly byte[] json;

    private PeftFolder(string path)
    {
        var configPath = Path.Combine(path, ConfigName);
        Name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));
        json = ReadConfig(configPath);
        Config = PeftConfig.Parse(json, configPath);
        WeightsPath = Path.Combine(path, WeightsName);
        Weights = SafetensorsFile.Open(WeightsPath);
    }

    /// <summary>Opens a folder with <see cref="ConfigName"/> and adapter_model.safetensors.</summary>
    /// <exception cref="AdapterException">A file is missing, not sound, or asks for something that is not supported.</exception>
    public static PeftFolder Open(string path) => new(path);

    /// <summary>The folder's own name.</summary>
    public string Name { get; }

    /// <summary>What the base is called, if the folder says so: for people, it is not checked.</summary>
    public string? BaseName => Config.BaseName;

    /// <summary>All tensors, in the order of their bytes.</summary>
    public IReadOnlyList<SafetensorsTensor> Tensors => Weights.Tensors;

    /// <summary>The adapted modules: one for each lora_A, in the order of the tensors.</summary>
    /// <exception cref="AdapterException">A pattern of the configuration takes too long to match.</exception>
    public IEnumerable<PeftModule> Modules => Tensors
        .Where(tensor => IsFactorA(tensor) && tensor.Name.StartsWith(PeftNames.Prefix, StringComparison.Ordinal))
        .Select(tensor => tensor.Name[PeftNames.Prefix.Length..^PeftNames.SuffixA.Length])
        .Select(ModuleOf);

    internal PeftConfig Config { get; }

    internal SafetensorsFile Weights { get; }

    /// <summary>Where the weights lie, for messages.</summary>
    public string WeightsPath { get; }

    /// <summary>Bytes of both files.</summary>
    public long ByteLength => json.Length + Weights.Length;

    /// <summary>The identity of the adapter: SHA-256 over the digests of both files. Reads all of them.</summary>
    public Sha256Digest Digest() => Sha256Digest.Of([.. Sha256Digest.Of(json).ToArray(), .. Weights.Digest().ToArray()]);

    /// <summary>The values of a tensor as float32, in the order of the file.</summary>
    /// <param name="tensor">One of <see cref="Tensors"/>.</param>
    /// <param name="most">If there are more, the first ones only.</param>
    public float[] Values(SafetensorsTensor tensor, int most) => Weights.Values(tensor, most);

    /// <summary>Whether a tensor is a lora_A, which is [rank, n_in]. A lora_B is [n_out, rank].</summary>
    public static bool IsFactorA(SafetensorsTensor tensor) => tensor.Name.EndsWith(PeftNames.SuffixA, StringComparison.Ordinal);

    /// <summary>Frees the weights.</summary>
    public void Dispose() => Weights.Dispose();

    private PeftModule ModuleOf(string name)
    {
        var (rank, scaling) = Config.Of(name);
        return new PeftModule(name, rank, scaling);
    }

    private static byte[] ReadConfig(string path)
    {
        try
        {
            var length = new FileInfo(path).Length;
            return length <= MaxConfigLength
                ? File.ReadAllBytes(path)
                : throw new AdapterException(AdapterError.BadConfig, path, "file", $"it has {length} bytes; at most {MaxConfigLength} are read.");
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw new AdapterException(AdapterError.CannotOpen, path, "file", $"it cannot be opened. {cause.Message}", cause);
        }
    }
}
