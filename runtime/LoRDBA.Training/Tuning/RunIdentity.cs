using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Memory;
using LoRDBA.Runtime.Models;

namespace LoRDBA.Training.Tuning;

/// <summary>Which run this is: everything that decides a bit of its result. A checkpoint of another run is not gone on from.</summary>
internal static class RunIdentity
{
    /// <returns>The digest of what is learned, and that of the run.</returns>
    public static (Sha256Digest Data, Sha256Digest Run) Of(
        Model model, TuningOptions options, IReadOnlyList<TuningSample> train, IReadOnlyList<TuningSample> heldOut, Adapter? start)
    {
        var data = Of(train);
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"1 {model.WeightsDigest} {data} {Of(heldOut)} {start?.Digest} {options.Method} {options.Rank} {options.Epochs} {options.BatchSize} {options.MicroBatchTokens} {options.ScaleBits} {options.Seed}");
        return (data, Sha256Digest.Of(Encoding.UTF8.GetBytes(text)));
    }

    private static Sha256Digest Of(IReadOnlyList<TuningSample> samples)
    {
        using var memory = new MemoryStream();
        Span<int> length = stackalloc int[1];
        foreach (var tokens in samples.SelectMany(sample => new[] { sample.Prompt, sample.Completion }))
        {
            length[0] = tokens.Length;
            memory.Write(MemoryMarshal.AsBytes(length));
            memory.Write(MemoryMarshal.AsBytes<int>(tokens));
        }
        return Sha256Digest.Of(memory.ToArray());
    }
}
