using System.Runtime.CompilerServices;

namespace LoRDBA.Runtime.Kernels.Factors;

/// <summary>A factor of an ordinary LoRA: float32 entries.</summary>
/// <param name="entries">[rank][stride], the tail of each row zero.</param>
/// <param name="stride">Floats from one row to the next, a multiple of sixteen.</param>
internal readonly unsafe struct FloatFactor(float* entries, long stride) : IFactor
{
    private readonly float* entries = entries;
    private readonly long stride = stride;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Load<T>(int row, int channel) where T : struct, ILanes<T> => T.Load(entries + row * stride + channel);

    public float Entry(int row, int channel) => entries[row * stride + channel];
}
