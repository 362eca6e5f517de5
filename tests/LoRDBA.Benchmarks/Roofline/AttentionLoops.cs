using System.Numerics.Tensors;
using LoRDBA.Runtime.Kernels.Attention;
using LoRDBA.Runtime.Models;

namespace LoRDBA.Benchmarks.Roofline;

/// <summary>
/// Attention over keys and values of 16 bits, in so many layers that no cache holds them, as in decoding, where all weights pass between a
/// layer's turn and its next.
/// </summary>
internal sealed unsafe class AttentionLoops : IDisposable
{
    private const int Length = 512, CheckedLayers = 2;
    private const long CacheBytes = 128L << 20;

    private readonly ModelConfig config;
    private readonly BlockAttention attention, fewLayers;
    private readonly float[] query, output;

    /// <summary>A context full of random keys and values; <paramref name="shape"/> is that of the model, for a number of layers and a length.</summary>
    public AttentionLoops(Func<int, int, ModelConfig> shape, Random random)
    {
        config = shape((int)(CacheBytes / (2L * sizeof(ushort) * Length * shape(1, Length).KvDim)), Length);
        (query, output) = (Figures.Values(random, Length * config.QueryDim), new float[Length * config.QueryDim]);
        float[] key = Figures.Values(random, Length * config.KvDim), value = Figures.Values(random, Length * config.KvDim);
        attention = new(config, KeyValueFormat.F16);
        fewLayers = new(shape(CheckedLayers, Length), KeyValueFormat.F16);
        var former = new TokenByTokenAttention(shape(CheckedLayers, Length));
        fixed (float* k = key, v = value)
            for (var layer = 0; layer < config.NLayer; layer++)
                for (var t = 0; t < Length; t++)
                    for (var head = 0; head < config.NHeadKv; head++)
                    {
                        var offset = t * config.KvDim + head * config.HeadDim;
                        attention.Store(layer, head, t, k + offset, v + offset);
                        if (layer >= CheckedLayers) continue;
                        fewLayers.Store(layer, head, t, k + offset, v + offset);
                        former.Store(layer, head, t, k + offset, v + offset);
                    }
        Check(former);
    }

    /// <summary>A prompt that fills the context, in a few layers.</summary>
    public HotLoop Prefill(MachinePeaks peaks) => Loop(peaks, "attention, prefill", fewLayers, CheckedLayers, position: 0, Length);

    /// <summary>The context's last token.</summary>
    public HotLoop Decode(MachinePeaks peaks) => Loop(peaks, "attention, token", attention, config.NLayer, Length - 1, tokens: 1);

    /// <inheritdoc/>
    public void Dispose()
    {
        attention.Dispose();
        fewLayers.Dispose();
    }

    private HotLoop Loop(MachinePeaks peaks, string name, BlockAttention layers, int layerCount, int position, int tokens)
    {
        // A token at position p sees p + 1 keys and as many values.
        var seen = (position + 1 + position + tokens) / 2.0 * tokens;
        var macs = 2.0 * layerCount * seen * config.QueryDim;
        var bytes = 2.0 * layerCount * sizeof(ushort) * Length * config.KvDim;
        return new(name, $"{config.NHead} heads, {config.NHeadKv} of keys", tokens, [(peaks.FloatProduct, macs), (peaks.Memory, bytes)], new(() =>
        {
            fixed (float* q = query, o = output) layers.Forward(position, tokens, q, o);
        }));
    }

    private void Check(TokenByTokenAttention former)
    {
        var expected = new float[output.Length];
        fixed (float* q = query, a = output, b = expected)
        {
            fewLayers.Forward(0, Length, q, a);
            former.Forward(0, Length, q, b);
        }
        var error = TensorPrimitives.Distance<float>(output, expected) / TensorPrimitives.Norm<float>(expected);
        if (!(error < 1e-3)) throw new InvalidOperationException($"Attention differs from attention token by token by {error} of its length.");
    }
}
