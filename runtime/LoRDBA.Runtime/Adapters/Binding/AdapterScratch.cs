using LoRDBA.Runtime.Kernels.Signs;
using LoRDBA.Runtime.Memory;
using LoRDBA.Runtime.Models;

namespace LoRDBA.Runtime.Adapters.Binding;

/// <summary>
/// An engine's scratch for the adapters that act in it: what lies between shrink and expand, and what each worker needs for itself. It
/// grows
/// with the largest adapter that was ever used.
/// </summary>
/// <param name="rows">Tokens that are between shrink and expand at once.</param>
/// <param name="workers">Worker threads.</param>
/// <param name="widestInput">The largest n_in.</param>
internal sealed unsafe class AdapterScratch(int rows, int workers, int widestInput) : IDisposable
{
    /// <summary>Tokens that a shrink takes at once: their codes stay in the cache while every rank meets them.</summary>
    public const int ShrinkTokens = 32;

    private Arena? arena;
    private Worker[] scratch = [];
    private byte* bottleneck;
    private int fusedRank;

    /// <summary>Bytes from one row's bottleneck to the next's.</summary>
    public int Stride { get; private set; }

    /// <summary>Bytes in all.</summary>
    public long ByteLength => arena?.ByteLength ?? 0;

    /// <summary>Grows until an adapter fits; only between two steps. Allocates nothing if it fits already.</summary>
    /// <exception cref="MemoryException">The system has not that much memory; everything is as it was.</exception>
    public void Reserve(BoundAdapter adapter)
    {
        if (arena is null || adapter.BottleneckLength > Stride || adapter.FusedRank > fusedRank)
            Grow(Math.Max(Stride, adapter.BottleneckLength), Math.Max(fusedRank, adapter.FusedRank));
    }

    /// <summary>What lies between shrink and expand of one linear and one token.</summary>
    /// <param name="slot">Which of the linears that read one input.</param>
    /// <param name="row">Which token.</param>
    public byte* Bottleneck(int slot, int row) => bottleneck + ((long)slot * rows + row) * Stride;

    /// <summary>A worker's scratch.</summary>
    public ref readonly Worker Of(int worker) => ref scratch[worker];

    public void Dispose() => arena?.Dispose();

    private void Grow(int stride, int rank)
    {
        // First the new memory, then the old one goes: if there is none, what acted before goes on acting.
        byte* z = null;
        var own = new Worker[workers];
        var larger = Arena.Create(arena =>
        {
            z = arena.Reserve<byte>((long)InputGroup.MaxLinears * rows * stride);
            for (var worker = 0; worker < workers; worker++) own[worker] = Worker.Reserve(arena, rank, widestInput);
        }, $"adapters of rank {rank}");
        arena?.Dispose();
        (arena, scratch, Stride, fusedRank) = (larger, own, stride, rank);
        bottleneck = z;
    }

    /// <summary>What a worker needs within one shrink of <see cref="ShrinkTokens"/> tokens.</summary>
    public readonly struct Worker
    {
        private Worker(SignBatch batch, int* sums, byte* tile, float* z)
        {
            Batch = batch;
            Sums = sums;
            Tile = tile;
            Z = z;
        }

        /// <summary>The tokens' activations in 8 bits, [tokens][widest input].</summary>
        public SignBatch Batch { get; }

        /// <summary>[tokens][fused rank in whole fours]</summary>
        public int* Sums { get; }

        /// <summary>[4][widest input]</summary>
        public byte* Tile { get; }

        /// <summary>[fused rank in whole fours, and eight more]</summary>
        public float* Z { get; }

        public static Worker Reserve(Arena arena, int fusedRank, int widestInput)
        {
            var ranks = SignLayout.SumStride(fusedRank);
            return new Worker(
                SignBatch.Reserve(arena, ShrinkTokens, widestInput), arena.Reserve<int>((long)ShrinkTokens * ranks),
                arena.Reserve<byte>(SignLayout.ScratchLength(widestInput)), arena.Reserve<float>(ranks + 8));
        }
    }
}
