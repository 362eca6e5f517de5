namespace LoRDBA.Nano
{
    /// <summary>A classifier's bytes: where each part lies, checked once. The blob is read where it lies and never changed.</summary>
    /// <remarks>
    /// <code>
    /// byte  0  'L' 'N' 'C' '1'
    ///       4  features   u16   channels that n-grams are hashed to, 1 to 65535
    ///       6  rank       u8    a multiple of 8, 8 to 248
    ///       7  classes    u8    2 to 255
    ///       8  least      u8    bytes of the shortest n-gram, 1 or more
    ///       9  most       u8    bytes of the longest, 8 at most
    ///      10  midShift   u8    1 to 31
    ///      11  outShift   u8    1 to 31
    ///      12  margin     u16   a smaller margin is "unknown"; 1/256 of a natural logarithm of odds
    ///      14  scaleIn    features x i8
    ///       .  signsIn    features rows of rank / 8 bytes; bit k &amp; 7 of byte k >> 3 is rank k, 1 for +1
    ///       .  scaleMid   rank x i16
    ///       .  signsOut   classes rows of rank / 8 bytes, as above
    ///       .  scaleOut   classes x i16
    ///       .  bias       classes x i16, in the units of the margin
    /// </code>
    /// Numbers are little-endian.
    /// </remarks>
    public sealed class ClassifierBlob
    {
        /// <summary>Bytes before the first scale.</summary>
        public const int HeaderLength = 14;

        /// <summary>Reads the header and compares the length with what the shape needs.</summary>
        /// <exception cref="NanoException">It is no blob of this version, a number is out of range, or bytes are missing or left over.</exception>
        public ClassifierBlob(byte[] bytes)
        {
            if (bytes == null || bytes.Length < HeaderLength) throw new NanoException("The blob is shorter than its header of 14 bytes: make it with 'lordba tune-classifier'.");
            if (bytes[0] != 'L' || bytes[1] != 'N' || bytes[2] != 'C' || bytes[3] != '1') throw new NanoException("The blob does not begin with LNC1: make it with 'lordba tune-classifier' of this version.");
            Bytes = bytes;
            Features = bytes[4] | bytes[5] << 8;
            Rank = bytes[6];
            Classes = bytes[7];
            LeastGram = bytes[8];
            MostGram = bytes[9];
            MidShift = bytes[10];
            OutShift = bytes[11];
            Margin = bytes[12] | bytes[13] << 8;
            if (Features < 1) throw Wrong("features", Features, "1 to 65535");
            if (Rank < 8 || Rank % 8 != 0) throw Wrong("rank", Rank, "a multiple of 8 from 8 to 248");
            if (Classes < 2) throw Wrong("classes", Classes, "2 to 255");
            if (MostGram < 1 || MostGram > 8) throw Wrong("longest n-gram", MostGram, "1 to 8");
            if (LeastGram < 1 || LeastGram > MostGram) throw Wrong("shortest n-gram", LeastGram, "1 to the longest");
            if (MidShift < 1 || MidShift > 31) throw Wrong("middle shift", MidShift, "1 to 31");
            if (OutShift < 1 || OutShift > 31) throw Wrong("output shift", OutShift, "1 to 31");

            SignsIn = HeaderLength + Features;
            ScaleMid = SignsIn + Features * (Rank / 8);
            SignsOut = ScaleMid + Rank * 2;
            ScaleOut = SignsOut + Classes * (Rank / 8);
            Bias = ScaleOut + Classes * 2;
            int length = Bias + Classes * 2;
            if (bytes.Length != length)
                throw new NanoException("The blob has " + bytes.Length + " bytes and its shape needs " + length + ": copy it again, whole.");
        }

        /// <summary>The blob itself.</summary>
        public byte[] Bytes { get; }

        /// <summary>Channels that n-grams are hashed to.</summary>
        public int Features { get; }

        /// <summary>Values between shrink and expand.</summary>
        public int Rank { get; }

        /// <summary>Outputs.</summary>
        public int Classes { get; }

        /// <summary>Bytes of the shortest n-gram.</summary>
        public int LeastGram { get; }

        /// <summary>Bytes of the longest n-gram.</summary>
        public int MostGram { get; }

        /// <summary>Bits that the middle scale's products lose.</summary>
        public int MidShift { get; }

        /// <summary>Bits that the output scale's products lose.</summary>
        public int OutShift { get; }

        /// <summary>A smaller margin is "unknown"; 1/256 of a natural logarithm of odds.</summary>
        public int Margin { get; }

        /// <summary>Where the rows of input signs begin, in bytes; the input scales begin at <see cref="HeaderLength"/>.</summary>
        public int SignsIn { get; }

        /// <summary>Where the middle scales begin, in bytes.</summary>
        public int ScaleMid { get; }

        /// <summary>Where the rows of output signs begin, in bytes.</summary>
        public int SignsOut { get; }

        /// <summary>Where the output scales begin, in bytes.</summary>
        public int ScaleOut { get; }

        /// <summary>Where the biases begin, in bytes.</summary>
        public int Bias { get; }

        /// <summary>The number of 16 bits at a byte.</summary>
        public static int Int16(byte[] bytes, int at)
        {
            return (short)(bytes[at] | bytes[at + 1] << 8);
        }

        private static NanoException Wrong(string name, int value, string range)
        {
            return new NanoException("The blob's " + name + " is " + value + ", not " + range + ": copy it again, or make it with 'lordba tune-classifier'.");
        }
    }
}
