using System.Runtime.InteropServices;

namespace LoRDBA.Benchmarks.Roofline;

/// <summary>The limits of this machine, one thread.</summary>
internal sealed unsafe class MachinePeaks : IDisposable
{
    private const int Steps = 4096;

    /// <summary>Beyond every last-level cache.</summary>
    private const long MemoryBytes = 256L << 20;

    /// <summary>Beyond first-level caches, within second-level ones of 512 KB.</summary>
    private const long Level2Bytes = 384 << 10;

    private readonly byte* memory;

    /// <summary>Loops that take these limits.</summary>
    public MachinePeaks()
    {
        var probes = Probes.Best;
        memory = (byte*)NativeMemory.AlignedAlloc((nuint)MemoryBytes, 64);
        new Span<byte>(memory, (int)MemoryBytes).Fill(1);

        Registers = $"{probes.Bits} bits";
        Clock = new("clock: additions that wait for each other", "cycles", Steps * Probes.ClockStep, new(() => Probes.Clock(Steps)));
        WholeProduct = new("whole products of 16 bits and their sum", "MAC", Steps * probes.WholeProductMacs, new(() => probes.WholeProduct(Steps)));
        Tile = new("the same with operands from the first-level cache, as a tile has them", "MAC", Steps * probes.TileMacs, new(() => probes.Tile(memory, Steps)));
        FloatProduct = new("float32 products and their sum", "MAC", Steps * probes.FloatProductMacs, new(() => probes.FloatProduct(Steps)));
        SignsShrink = new("bits times codes times gain", "MAC", Steps * probes.SignsShrinkMacs, new(() => probes.SignsShrink(Steps)));
        SignsExpand = new("look-ups of four ranks", "MAC", Steps * probes.SignsExpandMacs, new(() => probes.SignsExpand(Steps)));
        Level2 = new($"reading {Level2Bytes >> 10} KB again and again", "B", Level2Bytes, new(() => probes.Read(memory, Level2Bytes)));
        Memory = new($"reading {MemoryBytes >> 20} MB in order", "B", MemoryBytes, new(() => probes.Read(memory, MemoryBytes)));
    }

    public string Registers { get; }

    public Peak Clock { get; }

    public Peak WholeProduct { get; }

    public Peak Tile { get; }

    public Peak FloatProduct { get; }

    public Peak SignsShrink { get; }

    public Peak SignsExpand { get; }

    public Peak Level2 { get; }

    public Peak Memory { get; }

    /// <summary>All of them.</summary>
    public IReadOnlyList<Peak> All => [Clock, WholeProduct, Tile, FloatProduct, SignsShrink, SignsExpand, Level2, Memory];

    /// <inheritdoc/>
    public void Dispose() => NativeMemory.AlignedFree(memory);
}
