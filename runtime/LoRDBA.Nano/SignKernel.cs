namespace LoRDBA.Nano
{
    /// <summary>One double-binary layer of a fixed shape in whole numbers: y = bias + A · V · M · normed(U · B · x).</summary>
    /// <remarks>The generator's <c>nano</c> target makes one for a classifier's shape; <see cref="AnyShapeKernel"/> serves all. Both give the same bits.</remarks>
    public abstract class SignKernel
    {
        /// <summary>Fraction bits of the normed bottleneck.</summary>
        public const int NormBits = 10;

        /// <summary>Computes all outputs.</summary>
        /// <param name="channels">[count] the channels that are 1; a channel that is listed twice counts twice.</param>
        /// <param name="count">How many of them are set; 65535 at most.</param>
        /// <param name="y">[classes] logits, in 1/256.</param>
        public abstract void Run(ushort[] channels, int count, int[] y);

        /// <summary>Norms, scales and saturates the bottleneck in place: h = sat16(round(z · M / 2^shift)), z = t · 2^10 / rms(t).</summary>
        /// <param name="t">[rank] sums, which become h.</param>
        /// <param name="blob">Has the middle scales.</param>
        protected static void Norm(int[] t, ClassifierBlob blob)
        {
            byte[] bytes = blob.Bytes;
            int rank = blob.Rank;
            long squares = 0;
            for (int k = 0; k < rank; k++) squares += (long)t[k] * t[k];
            int rms = FixedPoint.SquareRoot(squares / rank);
            // All sums are zero, or so small that their root is: no n-gram says anything, and the biases alone decide.
            if (rms == 0) rms = 1;
            int at = blob.ScaleMid;
            for (int k = 0; k < rank; k++)
            {
                long z = ((long)t[k] << NormBits) / rms;
                t[k] = FixedPoint.Saturate16(FixedPoint.RoundShift(z * ClassifierBlob.Int16(bytes, at), blob.MidShift));
                at += 2;
            }
        }

        /// <summary>A sum over the bottleneck as a logit: round(sum · A / 2^shift) + bias.</summary>
        /// <param name="sum">h, added up by the signs of the class.</param>
        /// <param name="blob">Has scales and biases.</param>
        /// <param name="output">The class.</param>
        protected static int Logit(int sum, ClassifierBlob blob, int output)
        {
            int scale = ClassifierBlob.Int16(blob.Bytes, blob.ScaleOut + 2 * output);
            return (int)FixedPoint.RoundShift((long)sum * scale, blob.OutShift) + ClassifierBlob.Int16(blob.Bytes, blob.Bias + 2 * output);
        }
    }
}
