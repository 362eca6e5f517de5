using LoRDBA.Nano;
using nanoFramework.TestFramework;

namespace LoRDBA.NanoFramework.Tests
{
    /// <summary>Expected channels come from a program in another language, written from docs/nano.md.</summary>
    [TestClass]
    public class HashedGramsTests
    {
        [TestMethod]
        public static void Channels_are_hashes_of_all_n_grams_with_a_blank_at_both_ends()
        {
            Check(new HashedGrams(1024, 2, 2, 16), "ab", new int[] { 243, 1006, 85 });
        }

        [TestMethod]
        public static void Capitals_digits_and_signs_are_made_alike_and_the_question_mark_stays()
        {
            int[] expected = new int[] { 619, 432, 473, 701, 393, 511, 444, 429, 275, 953, 59, 732, 227, 130, 985 };
            Check(new HashedGrams(1000, 2, 3, 16), "~l 12?", expected);
            Check(new HashedGrams(1000, 2, 3, 16), " ~L,  70?!", expected);
        }

        [TestMethod]
        public static void A_text_of_the_greatest_length_is_read_and_a_longer_one_refused()
        {
            HashedGrams grams = new HashedGrams(1000, 1, 1, 3);
            Assert.AreEqual(5, grams.Read(Blobs.Utf8("abc"), 3));
            Assert.ThrowsException(typeof(NanoException), () => grams.Read(Blobs.Utf8("abcd"), 4));
        }

        private static void Check(HashedGrams grams, string text, int[] expected)
        {
            byte[] utf8 = Blobs.Utf8(text);
            Assert.AreEqual(expected.Length, grams.Read(utf8, utf8.Length));
            for (int i = 0; i < expected.Length; i++) Assert.AreEqual(expected[i], grams.Channels[i]);
        }
    }
}
