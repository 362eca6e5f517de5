using System.Runtime.CompilerServices;
using LoRDBA.Runtime.Kernels.Signs;

namespace LoRDBA.Runtime.Kernels.Factors;

/// <summary>Signs as they lie in the blob: entry (k, j) is +1 or -1.</summary>
internal readonly unsafe struct SignFactor(SignMatrix signs) : IFactor
{
    private readonly byte* bits = signs.Bits;
    private readonly long stride = signs.Stride;

    // A row of signs takes whole 8-byte words, so sixteen bits from a multiple of sixteen never leave it.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Load<T>(int row, int channel) where T : struct, ILanes<T> =>
        T.WithSigns(T.Broadcast(1), *(ushort*)(bits + row * stride + (channel >> 3)));

    public float Entry(int row, int channel) => (bits[row * stride + (channel >> 3)] >> (channel & 7) & 1) != 0 ? 1 : -1;
}

/// <summary>Signs with a scale per channel: entry (k, j) is +s_j or -s_j.</summary>
/// <param name="signs">The signs.</param>
/// <param name="scale">s, padded to whole groups of lanes.</param>
internal readonly unsafe struct ScaledSignFactor(SignMatrix signs, float* scale) : IFactor
{
    private readonly byte* bits = signs.Bits;
    private readonly long stride = signs.Stride;
    private readonly float* scale = scale;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Load<T>(int row, int channel) where T : struct, ILanes<T> =>
        T.WithSigns(T.Load(scale + channel), *(ushort*)(bits + row * stride + (channel >> 3)));

    public float Entry(int row, int channel) =>
        (bits[row * stride + (channel >> 3)] >> (channel & 7) & 1) != 0 ? scale[channel] : -scale[channel];
}
