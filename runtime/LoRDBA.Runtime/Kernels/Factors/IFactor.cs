namespace LoRDBA.Runtime.Kernels.Factors;

/// <summary>
/// One factor of a low-rank branch as the kernels see it: [rank][channels], rank-major, read sixteen channels at a time.
/// </summary>
internal unsafe interface IFactor
{
    /// <summary>
    /// Entries (row, channel .. channel + 15) as floats; channel is a multiple of 16, entries beyond the last channel are finite.
    /// </summary>
    T Load<T>(int row, int channel) where T : struct, ILanes<T>;

    /// <summary>One entry, for the scalar twins.</summary>
    float Entry(int row, int channel);
}
