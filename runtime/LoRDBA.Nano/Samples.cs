namespace LoRDBA.Nano
{
    /// <summary>A window of a signal as a text of letters, so that a <see cref="TextClassifier"/> reads its shape whatever the phase.</summary>
    public static class Samples
    {
        /// <summary>How many letters there are.</summary>
        public const int Levels = 8;

        /// <summary>
        /// One letter per sample: 'a' + floor(8 · (sample - least) / (greatest - least + 1)), where least and greatest are the window's. So neither
        /// an offset nor a gain of the sensor changes a letter by more than rounding does.
        /// </summary>
        /// <param name="samples">[length] of the sensor, at most 2^27 apart from one another.</param>
        /// <param name="length">Samples of the window.</param>
        /// <param name="letters">[length] what <see cref="TextClassifier.Classify"/> reads.</param>
        public static void ToLetters(int[] samples, int length, byte[] letters)
        {
            int least = samples[0];
            int greatest = samples[0];
            for (int i = 1; i < length; i++)
            {
                if (samples[i] < least) least = samples[i];
                if (samples[i] > greatest) greatest = samples[i];
            }
            int range = greatest - least + 1;
            for (int i = 0; i < length; i++) letters[i] = (byte)('a' + Levels * (samples[i] - least) / range);
        }
    }
}
