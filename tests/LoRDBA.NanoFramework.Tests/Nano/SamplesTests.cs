using LoRDBA.Nano;
using nanoFramework.TestFramework;

namespace LoRDBA.NanoFramework.Tests
{
    [TestClass]
    public class SamplesTests
    {
        [TestMethod]
        [DataRow(1, 0)]
        [DataRow(1, -500)]
        [DataRow(100, 7)]
        public static void Letters_divide_the_range_of_the_window_into_eight(int gain, int offset)
        {
            // Gain 1: eight values, a letter each; a gain moves none of them.
            int[] samples = new int[8];
            for (int i = 0; i < 8; i++) samples[i] = gain * i + offset;
            byte[] letters = new byte[8];
            Samples.ToLetters(samples, 8, letters);
            Assert.AreEqual('a', letters[0]);
            Assert.AreEqual('h', letters[7]);
            for (int i = 1; i < 8; i++) Assert.IsTrue(letters[i] >= letters[i - 1]);
        }

        [TestMethod]
        public static void A_flat_window_is_all_a()
        {
            byte[] letters = new byte[3];
            Samples.ToLetters(new int[] { 5, 5, 5 }, 3, letters);
            for (int i = 0; i < 3; i++) Assert.AreEqual('a', letters[i]);
        }
    }
}
