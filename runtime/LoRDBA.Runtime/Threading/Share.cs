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

    /// <summary>The part in pieces of <paramref name="length"/> rows, the last of them shorter.</summary>
    public Pieces Cut(int length) => new(this, length);

    /// <summary>Enumerates the pieces of a share, without an allocation.</summary>
    internal struct Pieces(Share share, int length)
    {
        private int next = share.Start;

        /// <summary>The piece at hand.</summary>
        public Share Current { get; private set; }

        /// <summary>Itself: foreach asks for it.</summary>
        public readonly Pieces GetEnumerator() => this;

        /// <summary>Goes on to the next piece, if there is one.</summary>
        public bool MoveNext()
        {
            if (next >= share.End) return false;
            Current = new Share(next, length < share.End - next ? next + length : share.End);
            next = Current.End;
            return true;
        }
    }
}
