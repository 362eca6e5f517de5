namespace LoRDBA.Runtime.Threading;

/// <summary>A worker's part [Start, End) of a range of rows.</summary>
internal readonly record struct Share(int Start, int End)
{
    /// <summary>
    /// Cuts <paramref name="count"/> rows into one contiguous part per worker, as even as whole multiples of
    /// <paramref name="unit"/> allow. Parts may be empty.
    /// </summary>
    public static Share Of(int count, int worker, int workers, int unit = 1)
    {
        var units = (count + unit - 1) / unit;
        var start = (int)((long)units * worker / workers) * unit;
        var end = (int)((long)units * (worker + 1) / workers) * unit;
        return new Share(Math.Min(start, count), Math.Min(end, count));
    }
}
