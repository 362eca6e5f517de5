using LoRDBA.Runtime.Memory;

namespace LoRDBA.Runtime.Adapters.Peft;

/// <summary>The folder of a PEFT LoRA, opened: both files are sound, no model is asked yet.</summary>
internal sealed class PeftFolder : IDisposable
{
    public const string ConfigName = "adapter_config.json";
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

    public PeftConfig Config { get; }

    public SafetensorsFile Weights { get; }

    /// <summary>Where the weights lie, for messages.</summary>
    public string WeightsPath { get; }

    /// <summary>Bytes of both files.</summary>
    public long ByteLength => json.Length + Weights.Length;

    /// <summary>The identity of the adapter: SHA-256 over the digests of both files. Reads all of them.</summary>
    public Sha256Digest Digest() => Sha256Digest.Of([.. Sha256Digest.Of(json).ToArray(), .. Weights.Digest().ToArray()]);

    public void Dispose() => Weights.Dispose();

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
