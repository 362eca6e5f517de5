using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace LoRDBA.Benchmarks.Roofline;

/// <summary>
/// Loops that reach a processor's limits, with the instructions of the kernels. Chains of instructions start from their own results, so that
/// nothing can be moved out of the loop, and there are as many of them as hide the time that a result takes.
/// </summary>
internal abstract unsafe class Probes
{
    /// <summary>Additions in a step of <see cref="Clock"/>.</summary>
    public const int ClockStep = 16;

    /// <summary>Those of the widest registers that the kernels use here.</summary>
    /// <exception cref="PlatformNotSupportedException">The kernels have no vector path for this machine.</exception>
    public static Probes Best =>
        Avx512BW.IsSupported ? new Probes512() : Avx2.IsSupported && Fma.IsSupported ? new Probes256() : AdvSimd.Arm64.IsSupported ? new Probes128() :
        throw new PlatformNotSupportedException("There are no limits to measure: this processor has neither AVX2 nor AdvSimd.");

    /// <summary>Width of the registers.</summary>
    public abstract int Bits { get; }

    /// <summary>Multiply-adds in a step.</summary>
    public abstract int WholeProductMacs { get; }

    /// <summary>Multiply-adds in a step.</summary>
    public abstract int TileMacs { get; }

    /// <summary>Multiply-adds in a step.</summary>
    public abstract int FloatProductMacs { get; }

    /// <summary>Multiply-adds in a step, of signs and codes.</summary>
    public abstract int SignsShrinkMacs { get; }

    /// <summary>Multiply-adds in a step, of signs and entries of z.</summary>
    public abstract int SignsExpandMacs { get; }

    /// <summary>Keeps results alive.</summary>
    protected static int Sink { get; set; }

    /// <summary>One addition after the other: each takes a cycle on every processor that the kernels are written for.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Clock(int steps)
    {
        var (x, y) = (Sink, Sink | 1);
        for (var i = 0; i < steps; i++)
        {
            // Two kinds in turns: a compiler could make one of several additions.
            x += y; x ^= y; x += y; x ^= y; x += y; x ^= y; x += y; x ^= y;
            x += y; x ^= y; x += y; x ^= y; x += y; x ^= y; x += y; x ^= y;
        }
        Sink = x;
    }

    /// <summary>Products of 16 bits and their sums, from registers: the base.</summary>
    public abstract void WholeProduct(int steps);

    /// <summary>The same with loads: weights in whole registers, activations as broadcast pairs, four tokens.</summary>
    /// <param name="memory">A tile's codes, then those of the tokens; a few KB.</param>
    /// <param name="steps">How often.</param>
    public abstract void Tile(byte* memory, int steps);

    /// <summary>Fused multiply-adds from registers: attention.</summary>
    public abstract void FloatProduct(int steps);

    /// <summary>What a segment of 64 channels takes in a shrink product, from registers.</summary>
    public abstract void SignsShrink(int steps);

    /// <summary>What four ranks take in an expand product, from registers.</summary>
    public abstract void SignsExpand(int steps);

    /// <summary>Reads bytes in order, a multiple of 512.</summary>
    public abstract void Read(byte* memory, long count);
}
