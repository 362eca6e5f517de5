using LoRDBA.Nano;
using nanoFramework.TestFramework;

namespace LoRDBA.NanoFramework.Tests
{
    /// <summary>Expected logits of drawn blobs come from a program in another language, written from docs/nano.md.</summary>
    [TestClass]
    public class TextClassifierTests
    {
        [TestMethod]
        [DataRow("turn on the light", -5861, 3081, -6658, -27822, 14107)]
        [DataRow("~ffne das Fenster!", -5859, 2772, -6939, -27497, 14415)]
        [DataRow("", -5860, 2788, -6808, -27682, 14477)]
        public static void Logits_are_those_of_the_definition(string text, int a, int b, int c, int d, int e)
        {
            Check(new TextClassifier(new ClassifierBlob(Blobs.Drawn(64, 16, 5)), 32), text, new int[] { a, b, c, d, e });
        }

        [TestMethod]
        [DataRow("turn on the light", -29765, -169, 22264)]
        [DataRow("~ffne das Fenster!", -29822, -396, 22392)]
        [DataRow("", -29722, -385, 22247)]
        public static void Logits_of_a_rank_and_features_that_are_no_powers_of_two_too(string text, int a, int b, int c)
        {
            Check(new TextClassifier(new ClassifierBlob(Blobs.Drawn(300, 40, 3)), 32), text, new int[] { a, b, c });
        }

        [TestMethod]
        public static void The_case_by_hand()
        {
            TextClassifier classifier = new TextClassifier(new ClassifierBlob(Blobs.ByHand()), 8);
            // The margin asked for is 13 + 256 = 269, and that is what there is.
            Assert.AreEqual(0, classifier.Classify(Blobs.Utf8("any"), 3));
            Assert.AreEqual(266, classifier.Logits[0]);
            Assert.AreEqual(-3, classifier.Logits[1]);
            Assert.AreEqual(269, classifier.Margin);
        }

        [TestMethod]
        public static void A_margin_that_is_smaller_by_one_is_unknown()
        {
            byte[] blob = Blobs.ByHand();
            blob[12] = 14;
            TextClassifier classifier = new TextClassifier(new ClassifierBlob(blob), 8);
            Assert.AreEqual(TextClassifier.Unknown, classifier.Classify(Blobs.Utf8("any"), 3));
            Assert.AreEqual(0, classifier.Best);
        }

        [TestMethod]
        public static void Products_that_leave_16_bits_are_saturated()
        {
            byte[] blob = Blobs.ByHand();
            // z · M / 2^1 = 2^10 · 2^13 / 2 is cut to 32767; eight of them, times 2^8, rounded after 13 bits: 8191.75, so 8192, and 10.
            blob[10] = 1;
            TextClassifier classifier = new TextClassifier(new ClassifierBlob(blob), 8);
            classifier.Classify(Blobs.Utf8("any"), 3);
            Assert.AreEqual(8202, classifier.Logits[0]);
        }

        [TestMethod]
        [DataRow(0)]
        [DataRow(4)]
        [DataRow(6)]
        [DataRow(7)]
        [DataRow(8)]
        [DataRow(9)]
        [DataRow(10)]
        [DataRow(11)]
        public static void A_header_with_a_zero_is_refused(int at)
        {
            byte[] blob = Blobs.ByHand();
            blob[at] = 0;
            Assert.ThrowsException(typeof(NanoException), () => Make(blob));
        }

        [TestMethod]
        [DataRow(0)]
        [DataRow(13)]
        [DataRow(14)]
        [DataRow(41)]
        [DataRow(43)]
        public static void A_blob_of_another_length_is_refused(int length)
        {
            byte[] blob = Blobs.ByHand();
            Assert.AreEqual(42, blob.Length);
            byte[] other = new byte[length];
            for (int i = 0; i < length && i < blob.Length; i++) other[i] = blob[i];
            Assert.ThrowsException(typeof(NanoException), () => Make(other));
        }

        private static ClassifierBlob Make(byte[] bytes)
        {
            return new ClassifierBlob(bytes);
        }

        private static void Check(TextClassifier classifier, string text, int[] expected)
        {
            byte[] utf8 = Blobs.Utf8(text);
            classifier.Classify(utf8, utf8.Length);
            for (int c = 0; c < expected.Length; c++) Assert.AreEqual(expected[c], classifier.Logits[c]);
        }
    }
}
