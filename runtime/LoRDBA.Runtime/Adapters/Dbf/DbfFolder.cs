using System.Runtime.InteropServices;
using System.Text.Json;
using LoRDBA.Runtime.Adapters.Lordba;
using LoRDBA.Runtime.Adapters.Peft;
using LoRDBA.Runtime.Memory;

namespace LoRDBA.Runtime.Adapters.Dbf;

/// <summary>
/// The folder in which the authors of the method save an adapter, opened: adapter_config.json that names the method, and adapter_model.bin,
/// which torch.save wrote. All of it is sound, no model is asked yet.
/// </summary>
public sealed class DbfFolder : IDisposable
{
    /// <summary>What adapter_config.json calls the method.</summary>
    public const string Method = "lordba_qat_dbf";

    /// <summary>What the file with signs and scales is called.</summary>
    public const string WeightsName = "adapter_model.bin";

    private const int MaxChannels = 1 << 24;

    private readonly AdapterConfigFile config;
    private readonly TorchArchive archive;

    private DbfFolder(string path)
    {
        config = AdapterConfigFile.Read(path);
        BaseName = config.Parse(ReadBaseName);
        Name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));
        archive = TorchArchive.Open(Path.Combine(path, WeightsName));
        try
        {
            Require(!archive.Has("byteorder") || archive.Entry("byteorder").SequenceEqual("little"u8), AdapterError.Unsupported, "byteorder", "it was saved on a big-endian machine. Save it again on another.");
            var entries = PickleReader.Read(archive.Entry("data.pkl"), archive.Path);
            Require(entries.Count > 0, AdapterError.NoTensors, "data.pkl", "there is no module in it, so the adapter would do nothing.");
            Modules = [.. entries.Select(entry => ToModule(entry.Key, entry.Value))];
        }
        catch
        {
            archive.Dispose();
            throw;
        }
    }

    /// <summary>Opens the folder.</summary>
    /// <exception cref="AdapterException">A file is missing or not sound, a part has another length than its shape asks for, or a scale is not
    /// finite.</exception>
    public static DbfFolder Open(string path) => new(path);

    /// <summary>The folder's own name.</summary>
    public string Name { get; }

    /// <summary>What the base is called, if the folder says so: for people, it is not checked.</summary>
    public string? BaseName { get; }

    /// <summary>The adapted modules, in the order of the file.</summary>
    public IReadOnlyList<DbfModule> Modules { get; }

    /// <summary>Where signs and scales lie, for messages.</summary>
    public string WeightsPath => archive.Path;

    /// <summary>Bytes of both files.</summary>
    public long ByteLength => config.Bytes.Length + archive.Length;

    /// <summary>The identity of the adapter: SHA-256 over the digests of both files. Reads all of them.</summary>
    public Sha256Digest Digest() => Sha256Digest.Of([.. Sha256Digest.Of(config.Bytes).ToArray(), .. archive.Digest().ToArray()]);

    /// <summary>The scales of a module as they are stored: s_in, [n_in]; m, [rank]; s_out, [n_out].</summary>
    /// <param name="module">One of <see cref="Modules"/>.</param>
    public (float[] ScaleIn, float[] M, float[] ScaleOut) Scales(DbfModule module) => (Halves(module.Tensors.ScaleIn), Halves(module.Tensors.M), Halves(module.Tensors.ScaleOut));

    /// <summary>Ends the mapping.</summary>
    public void Dispose() => archive.Dispose();

    /// <summary>S_A and S_B of a module, a copy.</summary>
    internal (SignStream SignsA, SignStream SignsB) Signs(DbfModule module) =>
        (new(Bytes(module.Tensors.SignsA).ToArray(), module.NIn), new(Bytes(module.Tensors.SignsB).ToArray(), module.Rank));

    private static string? ReadBaseName(JsonElement root, string path) =>
        root.TryGetProperty("base_model_name_or_path", out var name) && name.ValueKind == JsonValueKind.String ? name.GetString() : null;

    private DbfModule ToModule(string name, object? value)
    {
        Require(value is Dictionary<string, object?>, AdapterError.BadPickle, name, "it is no dictionary.");
        var parts = (Dictionary<string, object?>)value!;
        foreach (var key in DbfKeys.All) Require(parts.ContainsKey(key), AdapterError.MissingField, name, $"{key} is missing.");
        foreach (var key in parts.Keys) Require(DbfKeys.All.Contains(key), AdapterError.Unsupported, name, $"{key} is no part of such a module.");

        var (nIn, nOut) = (Size(name, parts, DbfKeys.NIn), Size(name, parts, DbfKeys.NOut));
        var rank = Size(name, parts, DbfKeys.Rank);
        Require(rank <= LordbaFactors.MaxRank, AdapterError.BadRank, name, $"{DbfKeys.Rank} is {rank}; at most {LordbaFactors.MaxRank} are supported.");
        return new DbfModule(PeftTensorName.ModuleOf(PeftTensorName.WithoutWrappers(name.Split('.'))), nIn, nOut, rank, Scaling(name, parts[DbfKeys.Scaling]), new DbfTensors(
            Scale(name, parts, DbfKeys.ScaleIn, nIn),
            Tensor(name, parts, DbfKeys.SignsA, isHalf: false, SignStream.ByteLength(rank, nIn)),
            Scale(name, parts, DbfKeys.M, rank),
            Tensor(name, parts, DbfKeys.SignsB, isHalf: false, SignStream.ByteLength(nOut, rank)),
            Scale(name, parts, DbfKeys.ScaleOut, nOut)));
    }

    private int Size(string module, Dictionary<string, object?> parts, string key) => parts[key] is long and >= 1 and <= MaxChannels
        ? (int)(long)parts[key]!
        : throw Error(AdapterError.BadShape, module, $"{key} is no whole number from 1 to {MaxChannels}.");

    private float Scaling(string module, object? value)
    {
        var scaling = value switch { double real => (float)real, long whole => whole, _ => float.NaN };
        return float.IsFinite(scaling) ? scaling : throw Error(AdapterError.BadScale, module, $"{DbfKeys.Scaling} is no finite number.");
    }

    private TorchTensor Scale(string module, Dictionary<string, object?> parts, string key, int length)
    {
        var tensor = Tensor(module, parts, key, isHalf: true, length);
        var at = Array.FindIndex(Halves(tensor), value => !float.IsFinite(value));
        return at < 0 ? tensor : throw Error(AdapterError.NonFiniteValue, module, $"element {at} of {key} is not finite.");
    }

    private TorchTensor Tensor(string module, Dictionary<string, object?> parts, string key, bool isHalf, long length)
    {
        if (parts[key] is not TorchTensor tensor || tensor.Storage.IsHalf != isHalf) throw Error(AdapterError.BadTensorType, module, $"{key} is no tensor of {(isHalf ? "F16" : "bytes")}.");
        Require(tensor.Length == length, AdapterError.WrongLength, module, $"{key} has {tensor.Length} elements; its shape asks for {length}.");
        var stored = archive.Entry($"data/{tensor.Storage.Key}").Length;
        var width = isHalf ? sizeof(ushort) : 1;
        Require(stored / width >= tensor.Storage.Length, AdapterError.BadArchive, $"data/{tensor.Storage.Key}", $"it has {stored} bytes; {tensor.Storage.Length} elements were saved.");
        return tensor;
    }

    private float[] Halves(TorchTensor tensor) => Array.ConvertAll(MemoryMarshal.Cast<byte, Half>(Bytes(tensor)).ToArray(), half => (float)half);

    private ReadOnlySpan<byte> Bytes(TorchTensor tensor)
    {
        var width = tensor.Storage.IsHalf ? sizeof(ushort) : 1;
        return archive.Entry($"data/{tensor.Storage.Key}").Slice(checked((int)(tensor.Offset * width)), checked((int)(tensor.Length * width)));
    }

    private void Require(bool condition, AdapterError error, string field, string message)
    {
        if (!condition) throw Error(error, field, message);
    }

    private AdapterException Error(AdapterError error, string field, string message) => new(error, archive.Path, field, message);
}
