namespace LoRDBA.Nano
{
    /// <summary>The kernel of any shape: the scalar definition that generated kernels are compared with.</summary>
    public sealed class AnyShapeKernel : SignKernel
    {
        private readonly ClassifierBlob blob;
        private readonly int[] t;

        /// <summary>Takes its memory: 4 bytes per rank.</summary>
        public AnyShapeKernel(ClassifierBlob blob)
        {
            this.blob = blob;
            t = new int[blob.Rank];
        }

        /// <inheritdoc/>
        public override void Run(ushort[] channels, int count, int[] y)
        {
            byte[] bytes = blob.Bytes;
            int rank = blob.Rank;
            for (int k = 0; k < rank; k++) t[k] = 0;
            for (int i = 0; i < count; i++)
            {
                int channel = channels[i];
                int scale = (sbyte)bytes[ClassifierBlob.HeaderLength + channel];
                int row = blob.SignsIn + channel * (rank / 8);
                for (int k = 0; k < rank; k++) t[k] += (bytes[row + (k >> 3)] >> (k & 7) & 1) != 0 ? scale : -scale;
            }
            Norm(t, blob);
            for (int c = 0; c < blob.Classes; c++)
            {
                int row = blob.SignsOut + c * (rank / 8);
                int sum = 0;
                for (int k = 0; k < rank; k++) sum += (bytes[row + (k >> 3)] >> (k & 7) & 1) != 0 ? t[k] : -t[k];
                y[c] = Logit(sum, blob, c);
            }
        }
    }
}
