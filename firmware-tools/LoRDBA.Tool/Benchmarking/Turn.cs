using System.Diagnostics;
using System.Numerics.Tensors;
using LoRDBA.Runtime.Models;

namespace LoRDBA.Tool.Benchmarking;

/// <summary>What one turn took: a prompt taken into an empty context, then token after token.</summary>
/// <param name="PrefillSeconds">From the first token of the prompt to the logits after its last.</param>
/// <param name="DecodeSeconds">All single tokens, each up to its logits; choosing a token from them is not counted.</param>
/// <param name="AllocatedBytes">Managed bytes that these steps allocated, on all threads.</param>
/// <param name="Best">[decoded + 1] The best token after the prompt and after each decoded token: what has to be the same elsewhere.</param>
/// <param name="Kernels">The sign kernels that served the adapter, by name; none for a LoRA and the base.</param>
internal sealed record Turn(double PrefillSeconds, double DecodeSeconds, long AllocatedBytes, int[] Best, string[] Kernels)
{
    /// <summary>Takes a turn with whatever acts in the session.</summary>
    /// <param name="session">Its context is emptied first.</param>
    /// <param name="ids">The prompt and the tokens decoded after it, which are given: what the model would say does not matter here.</param>
    /// <param name="prefill">How many of them are the prompt.</param>
    /// <exception cref="BenchException">Logits are not finite, so the time is that of something broken.</exception>
    public static Turn Run(Session session, ReadOnlySpan<int> ids, int prefill)
    {
        string[] kernels = [.. session.KernelUse.SelectMany(use => new[] { use.Down, use.Up }).Distinct().Order(StringComparer.Ordinal)];
        var best = new int[ids.Length - prefill + 1];
        session.Reset();

        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var start = Stopwatch.GetTimestamp();
        var logits = session.Prefill(ids[..prefill]);
        var prefillTime = Stopwatch.GetElapsedTime(start);
        best[0] = BestOf(logits);

        var decodeTime = TimeSpan.Zero;
        for (var i = prefill; i < ids.Length; i++)
        {
            start = Stopwatch.GetTimestamp();
            logits = session.Decode(ids[i]);
            decodeTime += Stopwatch.GetElapsedTime(start);
            best[i - prefill + 1] = BestOf(logits);
        }
        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        return new Turn(prefillTime.TotalSeconds, decodeTime.TotalSeconds, allocated, best, kernels);
    }

    /// <summary>The best token.</summary>
    /// <exception cref="BenchException">A logit is not finite.</exception>
    internal static int BestOf(ReadOnlySpan<float> logits)
    {
        // The index of the first NaN, if there is one.
        var best = TensorPrimitives.IndexOfMax(logits);
        return float.IsFinite(logits[best]) ? best : throw new BenchException($"A logit is {logits[best]}: the model or adapter is damaged, or its arithmetic overflows.");
    }
}
