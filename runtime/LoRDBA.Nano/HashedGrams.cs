namespace LoRDBA.Nano
{
    /// <summary>A text as channels: its n-grams, hashed. Made once, used for any number of texts; <see cref="Read"/> allocates nothing.</summary>
    /// <remarks>
    /// Text is UTF-8. Capital letters of ASCII and Latin-1 become small, digits become 0, and each run of other ASCII characters becomes one
    /// blank, except '?', which tells a question. A blank is put before and behind the text. N-grams are of bytes, so no table of
    /// characters is needed.
    /// The hash is FNV-1a (32 bits, offset 2166136261, prime 16777619), then two rounds of xor and shift, so that its low bits depend on all.
    /// </remarks>
    public sealed class HashedGrams
    {
        private const byte Blank = 32;

        private readonly byte[] text;
        private readonly int least;
        private readonly int most;
        private readonly uint features;

        /// <summary>Takes its memory: 1 byte per byte of the longest text, and 2 per n-gram.</summary>
        /// <param name="features">Channels, 1 to 65535.</param>
        /// <param name="least">Bytes of the shortest n-gram, 1 or more.</param>
        /// <param name="most">Bytes of the longest n-gram.</param>
        /// <param name="longest">Bytes of the longest text.</param>
        public HashedGrams(int features, int least, int most, int longest)
        {
            this.features = (uint)features;
            this.least = least;
            this.most = most;
            text = new byte[longest + 2];
            Channels = new ushort[text.Length * (most - least + 1)];
        }

        /// <summary>[n-grams] the channels of the last text; how many of them, <see cref="Read"/> has told.</summary>
        public ushort[] Channels { get; }

        /// <summary>Sets <see cref="Channels"/>.</summary>
        /// <param name="utf8">Holds the text.</param>
        /// <param name="length">Its bytes.</param>
        /// <returns>How many channels there are.</returns>
        /// <exception cref="NanoException">The text is longer than the longest.</exception>
        public int Read(byte[] utf8, int length)
        {
            if (length > text.Length - 2)
                throw new NanoException("The text has " + length + " bytes and this classifier takes " + (text.Length - 2) + ": shorten the text.");
            int n = Normalize(utf8, length);
            int count = 0;
            for (int start = 0; start < n; start++)
            {
                uint hash = 2166136261;
                int end = start + most < n ? start + most : n;
                for (int i = start; i < end; i++)
                {
                    hash = (hash ^ text[i]) * 16777619;
                    if (i - start + 1 < least) continue;
                    uint mixed = (hash ^ (hash >> 15)) * 0x2c1b3c6d;
                    Channels[count++] = (ushort)((mixed ^ (mixed >> 12)) % features);
                }
            }
            return count;
        }

        private int Normalize(byte[] utf8, int length)
        {
            int n = 1;
            text[0] = Blank;
            byte before = Blank;
            for (int i = 0; i < length; i++)
            {
                byte each = utf8[i];
                // U+00C0 to U+00DE without the sign of multiplication, as UTF-8: the second byte of a small letter is 32 more.
                if (before == 0xC3 && each >= 0x80 && each <= 0x9E && each != 0x97) each += 32;
                else if (each >= 'A' && each <= 'Z') each += 32;
                else if (each >= '0' && each <= '9') each = (byte)'0';
                else if (each < 128 && each != '?' && (each < 'a' || each > 'z')) each = Blank;
                if (each == Blank && before == Blank) continue;
                text[n++] = each;
                before = each;
            }
            if (before != Blank) text[n++] = Blank;
            return n;
        }
    }
}
