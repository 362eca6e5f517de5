using LoRDBA.Runtime.Blocks;
using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Memory;

namespace LoRDBA.Runtime.Adapters.Lora;

/// <summary>Writes any adapter as a LoRA in GGUF, which llama.cpp loads. Equal input gives equal bytes.</summary>
public static class GgufLoraWriter
{
    /// <summary>Writes the file whole or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="adapter">Any adapter: one with signs is written as the real factors that it stands for.</param>
    /// <exception cref="ObjectDisposedException">The adapter is disposed.</exception>
    /// <exception cref="IOException">It cannot be written; what was at the path is still there.</exception>
    public static void Save(string path, Adapter adapter) => WholeFile.Write(path, Writer(adapter).WriteTo);

    /// <summary>The bytes of the file.</summary>
    /// <param name="adapter">Any adapter: one with signs is written as the real factors that it stands for.</param>
    /// <exception cref="ObjectDisposedException">The adapter is disposed.</exception>
    public static byte[] ToArray(Adapter adapter) => Writer(adapter).ToArray();

    private static GgufWriter Writer(Adapter adapter)
    {
        var factors = LoraFactors.Of(adapter);
        // One alpha for the file: where alpha / rank is not a tensor's scaling, its B makes up for it. Never 0, which llama.cpp takes for
        // 1.
        var common = factors.First(one => one.Rank == LoraFactors.CommonRank(factors));
        var alpha = common.Scaling == 0 ? common.Rank : (float)((double)common.Scaling * common.Rank);
        LoraFactors[] fitted = [.. factors.Select(one => Fit(one, (float)((double)alpha / one.Rank)))];
        var format = LoraFactors.SmallestFormat(fitted);

        var writer = new GgufWriter()
            .Add(GgufLoraKeys.Architecture, adapter.Model.Config.Architecture)
            .Add(GgufLoraKeys.Type, GgufLoraKeys.TypeValue)
            .Add(GgufLoraKeys.AdapterType, GgufLoraKeys.AdapterTypeValue)
            .Add("general.name", adapter.Name)
            .Add("general.file_type", format.Type == GgmlType.F16 ? 1u : 0u)
            .Add(GgufLoraKeys.Alpha, alpha);
        foreach (var one in fitted)
        {
            writer.AddTensor(one.Linear.Name + GgufLoraKeys.SuffixA, format.Type, [one.Linear.NIn, one.Rank], Bytes(format, one.A));
            writer.AddTensor(one.Linear.Name + GgufLoraKeys.SuffixB, format.Type, [one.Rank, one.Linear.NOut], Bytes(format, one.B));
        }
        return writer;
    }

    private static LoraFactors Fit(LoraFactors factors, float scaling) => factors.Scaling == scaling
        ? factors
        : factors with { Scaling = scaling, B = [.. factors.B.Select(value => (float)((double)value * factors.Scaling / scaling))] };

    private static byte[] Bytes(BlockFormat format, float[] values)
    {
        var bytes = new byte[format.BytesFor(values.Length)];
        format.Quantize(values, bytes);
        return bytes;
    }
}
