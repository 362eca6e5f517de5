using LoRDBA.Runtime.Adapters.Lordba;
using LoRDBA.Training.Conversion;

namespace LoRDBA.Tool.Measuring;

/// <summary>What a conversion came to, for all weights of one kind or for all together.</summary>
/// <param name="Kind">What GGUF calls them, such as <c>attn_q</c>, or <c>all</c>.</param>
/// <param name="Tensors">How many weights.</param>
/// <param name="Cosine">Between what the LoRA adds to a weight and what is written, 1 being the same; mean over the weights.</param>
/// <param name="BitsPerChannel">Stored bits for each input and each output channel.</param>
/// <param name="Fp16Bytes">What the LoRA's factors take in fp16.</param>
/// <param name="Bytes">What the tensors take in the file.</param>
internal sealed record ConversionSummary(string Kind, int Tensors, double Cosine, double BitsPerChannel, long Fp16Bytes, long Bytes)
{
    /// <summary>A row for each kind in the order of the forward pass, and one for all.</summary>
    /// <param name="reports">How each tensor fared.</param>
    /// <param name="file">The file that was written.</param>
    public static List<ConversionSummary> Of(IReadOnlyList<TensorReport> reports, LordbaFile file)
    {
        var written = file.Tensors.ToDictionary(tensor => tensor.Name, tensor => tensor.ByteLength);
        var kinds = reports.GroupBy(report => report.Linear.Name.Split('.')[^2]);
        return [.. kinds.Select(kind => Sum(kind.Key, [.. kind], written)), Sum("all", reports, written)];
    }

    private static ConversionSummary Sum(string kind, IReadOnlyList<TensorReport> reports, Dictionary<string, long> written)
    {
        long Channels(TensorReport report) => (long)report.Linear.NIn + report.Linear.NOut;

        var bytes = reports.Sum(report => written[report.Linear.Name]);
        return new ConversionSummary(
            kind, reports.Count, reports.Average(report => report.Cosine),
            8.0 * bytes / reports.Sum(Channels), reports.Sum(report => 2L * report.LoraRank * Channels(report)), bytes);
    }
}
