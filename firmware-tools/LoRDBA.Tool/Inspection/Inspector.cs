using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Adapters.Lora;
using LoRDBA.Runtime.Adapters.Lordba;
using LoRDBA.Runtime.Gguf;

namespace LoRDBA.Tool.Inspection;

/// <summary>An opened file of a kind that <c>inspect</c> can describe.</summary>
internal abstract class Inspector : IDisposable
{
    /// <summary>Opens a file as what it is by its content. An adapter is refused here if it would be refused for any model.</summary>
    public static Inspector Open(string path)
    {
        if (AdapterFolder.FormOf(path) is { } form) return form == AdapterFolderForm.Dbf ? new DbfInspector(path) : new PeftInspector(path);
        var file = GgufFile.Open(path);
        if (LordbaFile.IsLordba(file)) return new LordbaInspector(LordbaFile.From(file));
        return GgufLoraFile.IsAdapter(file) ? new GgufLoraInspector(GgufLoraFile.From(file)) : new GgufInspector(file);
    }

    /// <summary>The most values that are read, whatever is asked for: neither they nor their bytes outgrow an array.</summary>
    protected const int MostValues = 1 << 28;

    /// <summary>What the file is.</summary>
    public abstract FileFacts Describe(bool withTensors);

    /// <summary>The first <paramref name="count"/> values of a tensor, at most 2^28, or all if it has fewer.</summary>
    /// <exception cref="Runtime.LordbaException">There is no such tensor, or its type cannot be read.</exception>
    public abstract TensorValues Values(string name, int count);

    /// <summary>The first so many, or all.</summary>
    protected static float[] First(float[] values, int count) => values[..Math.Min(count, values.Length)];

    /// <summary>Closes the file.</summary>
    public abstract void Dispose();
}
