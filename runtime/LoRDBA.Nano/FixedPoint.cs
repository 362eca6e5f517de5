namespace LoRDBA.Nano
{
    /// <summary>The whole-number arithmetic of all kernels: rounding, saturation, the square root. docs/nano.md has the definition.</summary>
    internal static class FixedPoint
    {
        /// <summary>The nearest whole number of <paramref name="value"/> / 2^<paramref name="shift"/>; a half goes up.</summary>
        /// <param name="value">At most 2^62 in magnitude.</param>
        /// <param name="shift">1 to 31.</param>
        public static long RoundShift(long value, int shift)
        {
            return (value + (1L << (shift - 1))) >> shift;
        }

        /// <summary>The nearest number of 16 bits: -32768 to 32767.</summary>
        public static int Saturate16(long value)
        {
            if (value > short.MaxValue) return short.MaxValue;
            if (value < short.MinValue) return short.MinValue;
            return (int)value;
        }

        /// <summary>The square root, rounded down.</summary>
        /// <param name="value">0 to 2^62 - 1.</param>
        public static int SquareRoot(long value)
        {
            // One bit of the root at a time, from the top: no division and no floating point.
            long root = 0;
            for (int bit = 30; bit >= 0; bit--)
            {
                long larger = root | (1L << bit);
                if (larger * larger <= value) root = larger;
            }
            return (int)root;
        }
    }
}
