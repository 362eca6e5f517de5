using LoRDBA.Runtime.Kernels;
using LoRDBA.Runtime.Memory;

namespace LoRDBA.Benchmarks.Roofline;

/// <summary>What makes 15-bit codes of activations, once for all matrices that read them.</summary>
internal sealed unsafe class QuantizeLoop : IDisposable
{
    private readonly int nIn;
    private readonly Arena arena;
    private QuantizedRows rows;
    private float* x;

    /// <summary>Random activations of a token.</summary>
    public QuantizeLoop(int nIn, Random random)
    {
        this.nIn = nIn;
        arena = Arena.Create(arena =>
        {
            rows = QuantizedRows.Reserve(arena, 1, nIn);
            x = arena.Reserve<float>(nIn);
        });
        Figures.Values(random, nIn).CopyTo(new Span<float>(x, nIn));
    }

    /// <summary>The loop.</summary>
    public HotLoop Loop(MachinePeaks peaks) => new("15-bit activations", $"{nIn}", 1, [(peaks.Level2, nIn * sizeof(float))], new(() => rows.Quantize(x, 0)));

    /// <inheritdoc/>
    public void Dispose() => arena.Dispose();
}
