namespace LoRDBA.NanoFramework.Tests
{
    /// <summary>Blobs and texts that tests make without a library.</summary>
    internal static class Blobs
    {
        /// <summary>
        /// All inputs are channel 0 with scale 1 and eight positive signs, so every sum is the number of n-grams, and z = 2^10. The middle
        /// scale 2^13 with shift 13 leaves 2^10. Class 0 adds all eight: 2^13, times 2^8 / 2^13 = 256, and 10. Class 1 adds four and
        /// subtracts four: 0, and -3.
        /// </summary>
        public static byte[] ByHand()
        {
            return new byte[]
            {
                (byte)'L', (byte)'N', (byte)'C', (byte)'1', 1, 0, 8, 2, 2, 2, 13, 13, 13, 1,
                1,
                0xFF,
                0, 32, 0, 32, 0, 32, 0, 32, 0, 32, 0, 32, 0, 32, 0, 32,
                0xFF, 0x0F,
                0, 1, 0, 1,
                10, 0, 0xFD, 0xFF,
            };
        }

        /// <summary>Every number drawn by a linear congruential generator, byte after byte.</summary>
        public static byte[] Drawn(int features, int rank, int classes)
        {
            byte[] bytes = new byte[14 + features + features * (rank / 8) + 2 * rank + classes * (rank / 8) + 4 * classes];
            int state = 12345;
            for (int i = 0; i < bytes.Length; i++)
            {
                state = (state * 1103515245 + 12345) & 0x7fffffff;
                bytes[i] = (byte)(state >> 16);
            }
            byte[] header = new byte[] { (byte)'L', (byte)'N', (byte)'C', (byte)'1', (byte)features, (byte)(features >> 8), (byte)rank, (byte)classes, 2, 4, 13, 20, 179, 0 };
            for (int i = 0; i < header.Length; i++) bytes[i] = header[i];
            return bytes;
        }

        /// <summary>The characters of a text as bytes; '~' stands for the two bytes of a capital O with dots.</summary>
        public static byte[] Utf8(string text)
        {
            int length = text.Length;
            for (int i = 0; i < text.Length; i++) length += text[i] == '~' ? 1 : 0;
            byte[] bytes = new byte[length];
            int at = 0;
            for (int i = 0; i < text.Length; i++)
            {
                if (text[i] == '~') bytes[at++] = 0xC3;
                bytes[at++] = text[i] == '~' ? (byte)0x96 : (byte)text[i];
            }
            return bytes;
        }
    }
}
