using LoRDBA.Runtime.Kernels.Signs;
using LoRDBA.Runtime.Memory;

namespace LoRDBA.Runtime.Adapters.Binding;

/// <summary>What a lane's sizes follow from.</summary>
/// <param name="Rows">Tokens that are between down and up at once.</param>
/// <param name="Workers">Worker threads.</param>
/// <param name="WidestInput">The largest n_in.</param>
/// <param name="BottleneckLength">Bytes between down and up, per token and linear.</param>
/// <param name="FusedRank">The most ranks that one shrink product has.</param>
internal readonly record struct LaneSizes(int Rows, int Workers, int WidestInput, int BottleneckLength, int FusedRank)
{
    /// <summary>Whether memory of this size serves <paramref name="other"/> too.</summary>
    public bool Covers(LaneSizes other) => BottleneckLength >= other.BottleneckLength && FusedRank >= other.FusedRank;

    /// <summary>The larger of both, where they differ by the adapter.</summary>
    public LaneSizes Max(LaneSizes other) =>
        this with { BottleneckLength = Math.Max(BottleneckLength, other.BottleneckLength), FusedRank = Math.Max(FusedRank, other.FusedRank) };
}

/// <summary>The memory of an <see cref="AdapterLane"/>: what lies between down and up, and each worker's scratch.</summary>
internal sealed unsafe class LaneMemory : IDisposable
{
    /// <summary>Tokens that a shrink product takes at once: their codes stay in the cache while every rank meets them.</summary>
    public const int ChunkLength = 32;

    /// <summary>Linears that read one input: q, k and v.</summary>
    private const int Slots = 3;

    private readonly Arena arena;
    private readonly Scratch[] scratch;
    private byte* bottleneck;

    public LaneMemory(LaneSizes sizes)
    {
        Sizes = sizes;
        scratch = new Scratch[sizes.Workers];
        arena = Arena.Create(arena =>
        {
            bottleneck = arena.Reserve<byte>((long)Slots * sizes.Rows * sizes.BottleneckLength);
            for (var worker = 0; worker < sizes.Workers; worker++) scratch[worker] = Scratch.Reserve(arena, sizes);
        });
    }

    /// <summary>What it was made for.</summary>
    public LaneSizes Sizes { get; }

    /// <summary>Bytes from one row's bottleneck to the next's.</summary>
    public int Stride => Sizes.BottleneckLength;

    /// <summary>What lies between down and up of one linear and one token.</summary>
    /// <param name="slot">Which of the linears that read one input.</param>
    /// <param name="row">Which token.</param>
    public byte* Bottleneck(int slot, int row) => bottleneck + ((long)slot * Sizes.Rows + row) * Stride;

    /// <summary>A worker's scratch.</summary>
    public ref readonly Scratch ScratchOf(int worker) => ref scratch[worker];

    public void Dispose() => arena.Dispose();

    /// <summary>What a worker needs within one shrink product of a chunk.</summary>
    public readonly struct Scratch
    {
        private Scratch(SignBatch batch, int* sums, byte* tile, float* z)
        {
            Batch = batch;
            Sums = sums;
            Tile = tile;
            Z = z;
        }

        /// <summary>The chunk's activations in 8 bits, [chunk][widest input].</summary>
        public SignBatch Batch { get; }

        /// <summary>[chunk][fused rank in whole fours]</summary>
        public int* Sums { get; }

        /// <summary>[4][widest input]</summary>
        public byte* Tile { get; }

        /// <summary>[fused rank in whole fours, and eight more]</summary>
        public float* Z { get; }

        public static Scratch Reserve(Arena arena, LaneSizes sizes)
        {
            var ranks = SignLayout.SumStride(sizes.FusedRank);
            return new Scratch(
                SignBatch.Reserve(arena, ChunkLength, sizes.WidestInput), arena.Reserve<int>((long)ChunkLength * ranks),
                arena.Reserve<byte>(SignLayout.ScratchLength(sizes.WidestInput)), arena.Reserve<float>(ranks + 8));
        }
    }
}
