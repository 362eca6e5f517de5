namespace LoRDBA.Nano
{
    /// <summary>A text's class, from a blob of a few kilobytes. After construction nothing is allocated.</summary>
    public sealed class TextClassifier
    {
        /// <summary>What <see cref="Classify"/> answers if no class is ahead of the others by the margin.</summary>
        public const int Unknown = -1;

        private readonly HashedGrams grams;
        private readonly SignKernel kernel;
        private readonly int least;

        /// <summary>A classifier with the kernel of any shape.</summary>
        /// <param name="blob">What <c>lordba tune-classifier</c> made.</param>
        /// <param name="longest">Bytes of the longest text.</param>
        public TextClassifier(ClassifierBlob blob, int longest) : this(blob, new AnyShapeKernel(blob), longest)
        {
        }

        /// <summary>A classifier with a kernel that the generator made for the blob's shape.</summary>
        /// <param name="blob">What <c>lordba tune-classifier</c> made.</param>
        /// <param name="kernel">Made for <paramref name="blob"/>.</param>
        /// <param name="longest">Bytes of the longest text.</param>
        public TextClassifier(ClassifierBlob blob, SignKernel kernel, int longest)
        {
            grams = new HashedGrams(blob.Features, blob.LeastGram, blob.MostGram, longest);
            this.kernel = kernel;
            least = blob.Margin;
            Logits = new int[blob.Classes];
        }

        /// <summary>[classes] of the last text, in 1/256 of a natural logarithm of odds.</summary>
        public int[] Logits { get; }

        /// <summary>The class with the largest logit of the last text; the first of equals.</summary>
        public int Best { get; private set; }

        /// <summary>How far <see cref="Best"/> is ahead of the second, in the units of <see cref="Logits"/>.</summary>
        public int Margin { get; private set; }

        /// <summary>The class of a text, or <see cref="Unknown"/>.</summary>
        /// <param name="utf8">Holds the text.</param>
        /// <param name="length">Its bytes.</param>
        /// <exception cref="NanoException">The text is longer than the longest.</exception>
        public int Classify(byte[] utf8, int length)
        {
            int count = grams.Read(utf8, length);
            kernel.Run(grams.Channels, count, Logits);
            int second = 1;
            Best = 0;
            if (Logits[1] > Logits[0])
            {
                Best = 1;
                second = 0;
            }
            for (int c = 2; c < Logits.Length; c++)
            {
                if (Logits[c] > Logits[Best])
                {
                    second = Best;
                    Best = c;
                }
                else if (Logits[c] > Logits[second]) second = c;
            }
            Margin = Logits[Best] - Logits[second];
            return Margin < least ? Unknown : Best;
        }
    }
}
