using LoRDBA.Runtime.Adapters.Dbf;

namespace LoRDBA.Tool.Inspection;

/// <summary>Describes the folder of an adapter as the method's authors save it: whether it fits a model is not asked.</summary>
internal sealed class DbfInspector(string path) : Inspector
{
    private readonly DbfFolder folder = DbfFolder.Open(path);

    /// <inheritdoc/>
    public override FileFacts Describe(bool withTensors) => new("lordba", path, folder.ByteLength)
    {
        Form = DbfFolder.Method,
        Name = folder.Name,
        Adapter = Content(),
        Tensors = withTensors ? [.. folder.Modules.Select(Describe)] : null,
    };

    /// <summary>The scales of a module, as they are stored.</summary>
    public override TensorValues Values(string name, int count)
    {
        var module = folder.Modules.FirstOrDefault(module => module.Name == name)
            ?? throw new InspectException($"{folder.WeightsPath}: the adapter has no module {name}. --tensors lists those that it has.");
        var (scaleIn, m, scaleOut) = folder.Scales(module);
        return new TensorValues(module.Name, DbfFolder.Method, [module.NIn, module.NOut]) { Rank = module.Rank, M = First(m, count), ScaleOut = First(scaleOut, count), ScaleIn = First(scaleIn, count) };
    }

    /// <inheritdoc/>
    public override void Dispose() => folder.Dispose();

    private AdapterContent Content()
    {
        var modules = folder.Modules;
        return new AdapterContent
        {
            Weights = modules.Count,
            Ranks = [modules.Min(module => module.Rank), modules.Max(module => module.Rank)],
            BitsPerChannel = 8.0 * modules.Sum(module => module.ByteLength) / modules.Sum(module => (long)module.NIn + module.NOut),
            ScaleBits = 16,
            TensorsWithInScale = modules.Count,
            Scaling = [modules.Min(module => module.Scaling), modules.Max(module => module.Scaling)],
            BaseName = folder.BaseName,
            Digest = folder.Digest().ToString(),
            Notice = DbfReader.RoundingOf(folder),
        };
    }

    private static TensorFacts Describe(DbfModule module) =>
        new(module.Name, DbfFolder.Method, [module.NIn, module.NOut], module.ByteLength) { Rank = module.Rank, OutBits = 16, InBits = 16 };
}
