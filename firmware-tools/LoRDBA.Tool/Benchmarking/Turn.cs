using System.Diagnostics;
using System.Numerics.Tensors;
using LoRDBA.Runtime.Inference;

namespace LoRDBA.Tool.Benchmarking;

/// <summary>What one turn took: a prompt taken into an empty context, then token after token.</summary>
/// <param name="PrefillSeconds">From the first token of the prompt to the logits after its last.</param>
/// <param name="DecodeSeconds">All single tokens, each up to its logits; choosing a token from them is not counted.</param>
/// <param name="PrefillCpuSeconds">Processor time of the prefill, all threads together. With one thread it is what the prefill would take
/// on a machine that has nothing else to do.</param>
/// <param name="DecodeCpuSeconds">Processor time of the single tokens.</param>
/// <param name="AllocatedBytes">Managed bytes that these steps allocated, on all threads.</param>
/// <param name="Best">[decoded + 1] The best token after the prompt and after each decoded token: what has to be the same
/// elsewhere.</param>
/// <param name="Kernels">The sign kernels that served the adapter, by name; none for a LoRA and the base.</param>
internal sealed record Turn(double PrefillSeconds, double DecodeSeconds, double PrefillCpuSeconds, double DecodeCpuSeconds, long AllocatedBytes, int[] Best, string[] Kernels)
{
    /// <summary>Takes a turn with whatever acts in the sequence.</summary>
    /// <param name="sequence">Its context is emptied first.</param>
    /// <param name="ids">The prompt and the tokens decoded after it, which are given: what the model would say does not matter
    /// here.</param>
    /// <param name="prefill">How many of them are the prompt.</param>
    /// <param name="interrupted">Looked at after every layer.</param>
    /// <exception cref="OperationCanceledException">It was interrupted.</exception>
    /// <exception cref="BenchException">Logits are not finite, so the time is that of something broken.</exception>
    public static Turn Run(Sequence sequence, ReadOnlySpan<int> ids, int prefill, CancellationToken interrupted)
    {
        string[] kernels = [.. sequence.KernelUse.SelectMany(use => new[] { use.Shrink, use.Expand }).Distinct().Order(StringComparer.Ordinal)];
        var best = new int[ids.Length - prefill + 1];
        sequence.Reset();

        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var prefilling = Moment.Now;
        var logits = sequence.Prefill(ids[..prefill], interrupted);
        var prefillTime = prefilling.Elapsed;
        best[0] = BestOf(logits);

        var (decodeTime, decodeCpuTime) = (TimeSpan.Zero, TimeSpan.Zero);
        for (var i = prefill; i < ids.Length; i++)
        {
            var decoding = Moment.Now;
            logits = sequence.Decode(ids[i], interrupted);
            var (time, cpuTime) = decoding.Elapsed;
            (decodeTime, decodeCpuTime) = (decodeTime + time, decodeCpuTime + cpuTime);
            best[i - prefill + 1] = BestOf(logits);
        }
        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        return new Turn(
            prefillTime.Time.TotalSeconds, decodeTime.TotalSeconds, prefillTime.CpuTime.TotalSeconds, decodeCpuTime.TotalSeconds, allocated, best, kernels);
    }

    /// <summary>The best token.</summary>
    /// <exception cref="BenchException">A logit is not finite.</exception>
    internal static int BestOf(ReadOnlySpan<float> logits)
    {
        // The index of the first NaN, if there is one.
        var best = TensorPrimitives.IndexOfMax(logits);
        return float.IsFinite(logits[best]) ? best : throw new BenchException(BenchError.NonFiniteLogit, $"A logit is {logits[best]}: the model or adapter is damaged, or its arithmetic overflows.");
    }

    private readonly record struct Moment(long Timestamp, TimeSpan Cpu)
    {
        public static Moment Now => new(Stopwatch.GetTimestamp(), CpuTime);

        public (TimeSpan Time, TimeSpan CpuTime) Elapsed => (Stopwatch.GetElapsedTime(Timestamp), CpuTime - Cpu);

        private static TimeSpan CpuTime => Environment.CpuUsage.TotalTime;
    }
}
