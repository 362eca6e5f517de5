using System.Globalization;
using LoRDBA.Runtime.Memory;

namespace LoRDBA.Runtime.Adapters.Peft;

/// <summary>
/// The folder of a LoRA of PEFT or mlx-lm, opened: its configuration and weights are sound and agree, no model is asked yet.
/// </summary>
public sealed class PeftFolder : IDisposable
{
    /// <summary>What the file with the factors is called; PEFT may cut it in parts, adapter_model-00001-of-00002.safetensors and so
    /// on.</summary>
    public const string WeightsName = "adapter_model.safetensors";

    private const string MlxWeightsName = "adapters.safetensors";

    private readonly AdapterConfigFile configFile;
    private readonly List<SafetensorsFile> parts = [];
    private readonly Dictionary<SafetensorsTensor, SafetensorsFile> fileOf = new(ReferenceEqualityComparer.Instance);

    private PeftFolder(string path, bool isMlx)
    {
        configFile = AdapterConfigFile.Read(path);
        Name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));
        LoraConfig config = isMlx ? MlxConfig.Parse(configFile) : PeftConfig.Parse(configFile);
        BaseName = config.BaseName;
        WeightsPath = Path.Combine(path, isMlx ? MlxWeightsName : WeightsName);
        try
        {
            foreach (var file in isMlx ? [WeightsPath] : FindParts(path, WeightsPath)) AddPart(file);
            Modules = FindModules(config, isMlx);
        }
        catch
        {
            Dispose();
            throw;
        }
        Notice = Modules.Count(module => module.Scaling == 0) is var silent and > 0
            ? $"{Name}: the scaling is 0 in {silent} of {Modules.Count} modules, which therefore change nothing (alpha in {AdapterFolder.ConfigName})."
            : null;
    }

    /// <summary>Opens a folder with adapter_config.json and the weights.</summary>
    /// <exception cref="AdapterException">A file is missing, not sound, or asks for something that is not supported; or a factor lacks its
    /// other, or has another shape or rank.</exception>
    public static PeftFolder Open(string path) => new(path, AdapterFolder.FormOf(path) == AdapterFolderForm.Mlx);

    /// <summary>The folder's own name.</summary>
    public string Name { get; }

    /// <summary>What the base is called, if the folder says so: for people, it is not checked.</summary>
    public string? BaseName { get; }

    /// <summary>What a user should know although all is sound; null for nothing.</summary>
    public string? Notice { get; }

    /// <summary>All tensors, in the order of the parts and of their bytes.</summary>
    public IEnumerable<SafetensorsTensor> Tensors => parts.SelectMany(part => part.Tensors);

    /// <summary>The adapted modules, ordered by name.</summary>
    public IReadOnlyList<PeftModule> Modules { get; }

    /// <summary>Where the weights lie, for messages.</summary>
    public string WeightsPath { get; }

    /// <summary>Bytes of all files.</summary>
    public long ByteLength => configFile.Bytes.Length + parts.Sum(part => part.Length);

    /// <summary>The identity of the adapter: SHA-256 over the digests of the configuration and of each part. Reads all of them.</summary>
    public Sha256Digest Digest() => Sha256Digest.Of([.. Sha256Digest.Of(configFile.Bytes).ToArray(), .. parts.SelectMany(part => part.Digest().ToArray())]);

    /// <summary>The values of a tensor as float32, in the order of the file.</summary>
    /// <param name="tensor">One of <see cref="Tensors"/>.</param>
    /// <param name="most">If there are more, the first ones only.</param>
    public float[] Values(SafetensorsTensor tensor, int most = int.MaxValue) => fileOf[tensor].Values(tensor, most);

    /// <summary>Both factors as float32: A, [rank][n_in], and B, [n_out][rank].</summary>
    /// <param name="module">One of <see cref="Modules"/>.</param>
    /// <exception cref="AdapterException">A value is not finite.</exception>
    public (float[] A, float[] B) Factors(PeftModule module)
    {
        var (a, b) = (Finite(module.A), Finite(module.B));
        return module.IsTransposed ? (Transposed(a, module.Rank), Transposed(b, (int)module.NOut)) : (a, b);
    }

    /// <summary>Frees the weights.</summary>
    public void Dispose() => parts.ForEach(part => part.Dispose());

    private void AddPart(string path)
    {
        var part = SafetensorsFile.Open(path);
        parts.Add(part);
        foreach (var tensor in part.Tensors) fileOf.Add(tensor, part);
    }

    /// <summary>The one file with the weights, or all parts of it. The index that PEFT writes is not asked: no field names a file.</summary>
    private static string[] FindParts(string folder, string whole)
    {
        if (File.Exists(whole)) return [whole];
        var stem = Path.GetFileNameWithoutExtension(WeightsName);
        // adapter_model-00001-of-00002.safetensors: any of them tells how many there are.
        if (Directory.GetFiles(folder, $"{stem}-?????-of-?????.safetensors").Order(StringComparer.Ordinal).LastOrDefault() is { } last
            && int.TryParse(Path.GetFileNameWithoutExtension(last)[^5..], NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0)
        {
            string[] all = [.. Enumerable.Range(1, count).Select(number => Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{stem}-{number:00000}-of-{count:00000}.safetensors")))];
            var missing = Array.Find(all, part => !File.Exists(part));
            return missing is null ? all : throw new AdapterException(AdapterError.CannotOpen, missing, "file", $"this part of {count} is missing. Fetch it again.");
        }
        if (File.Exists(Path.ChangeExtension(whole, ".bin")))
            throw new AdapterException(AdapterError.Unsupported, Path.ChangeExtension(whole, ".bin"), "file",
                $"it is a pickle, which is a program more than a file, so it is not read. Load it in PEFT and save it again: save_pretrained(..., safe_serialization=True) writes {WeightsName}.");
        return [whole]; // To be told that it cannot be opened.
    }

    private List<PeftModule> FindModules(LoraConfig config, bool isMlx)
    {
        var found = new SortedDictionary<string, (string Source, SafetensorsTensor? A, SafetensorsTensor? B)>(StringComparer.Ordinal);
        foreach (var (tensor, file) in parts.SelectMany(part => part.Tensors.Select(tensor => (tensor, part.Path))))
        {
            var name = PeftTensorName.Parse(tensor.Name, isMlx, file);
            var pair = found.GetValueOrDefault(name.Module);
            if ((name.IsA ? pair.A : pair.B) is { } other)
                throw new AdapterException(AdapterError.DuplicateTensor, file, tensor.Name, $"{other.Name} is the same factor of {name.Module}. Save one adapter alone.");
            found[name.Module] = name.IsA ? (name.Source, tensor, pair.B) : (name.Source, pair.A, tensor);
        }
        if (found.Count == 0) throw new AdapterException(AdapterError.NoTensors, WeightsPath, "file", "there is no tensor, so the adapter would do nothing.");
        return [.. found.Select(entry => ToModule(entry.Key, entry.Value.Source, entry.Value.A, entry.Value.B, config, isMlx))];
    }

    private PeftModule ToModule(string name, string source, SafetensorsTensor? a, SafetensorsTensor? b, LoraConfig config, bool isMlx)
    {
        AdapterException Error(AdapterError error, string message) => new(error, WeightsPath, name, message);

        if (a is null || b is null) throw Error(AdapterError.MissingPair, $"{(a is null ? "lora_A" : "lora_B")} is missing.");
        var (expected, scaling) = config.Of(source);
        if (a.Shape.Length != 2 || b.Shape.Length != 2 || (isMlx ? a.Shape[1] != b.Shape[0] : a.Shape[0] != b.Shape[1]) || a.ByteLength == 0 || b.ByteLength == 0)
            throw Error(AdapterError.ShapeMismatch, $"A [{string.Join(", ", a.Shape)}] and B [{string.Join(", ", b.Shape)}] must be {(isMlx ? "[n_in, r] and [r, n_out]" : "[r, n_in] and [n_out, r]")}.");
        var rank = a.Shape[isMlx ? 1 : 0];
        if (rank != expected) throw Error(AdapterError.RankMismatch, $"its rank is {rank}; {AdapterFolder.ConfigName} says {expected}.");
        if (!float.IsFinite(scaling)) throw Error(AdapterError.BadConfig, $"its scaling is {scaling}, beyond float32.");
        return new PeftModule(name, expected, scaling, a, b) { IsTransposed = isMlx };
    }

    private float[] Finite(SafetensorsTensor tensor)
    {
        var values = Values(tensor);
        return Array.FindIndex(values, value => !float.IsFinite(value)) is var at and >= 0
            ? throw new AdapterException(AdapterError.NonFiniteValue, fileOf[tensor].Path, tensor.Name, $"element {at} is {values[at]}.")
            : values;
    }

    /// <summary>[rows][columns] to [columns][rows].</summary>
    private static float[] Transposed(float[] values, int columns)
    {
        var rows = values.Length / columns;
        var turned = new float[values.Length];
        for (var row = 0; row < rows; row++)
            for (var column = 0; column < columns; column++) turned[column * rows + row] = values[row * columns + column];
        return turned;
    }
}
