using LoRDBA.Nano;

namespace LoRDBA.Training.Classifiers;

/// <summary>A trained classifier: the float reference, and the blob that microcontrollers run.</summary>
public sealed class TrainedClassifier
{
    private readonly ClassifierOptions options;
    private readonly SignLayerNetwork network;

    internal TrainedClassifier(ClassifierOptions options, IReadOnlyList<string> labels, SignLayerNetwork network) =>
        (this.options, Labels, this.network) = (options, labels, network);

    /// <summary>The classes, in ordinal order.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>Logits in float32, before scales become whole numbers: what the blob is compared with.</summary>
    /// <returns>[classes]</returns>
    /// <exception cref="ClassifierException">The text is too long.</exception>
    public float[] Logits(string text)
    {
        var logits = new float[Labels.Count];
        network.Forward(EncodedSamples.Channels(text, options), logits);
        return logits;
    }

    /// <summary>The classifier in whole numbers (<see cref="ClassifierBlob"/> draws the bytes).</summary>
    public byte[] ToBlob()
    {
        // A factor common to all input scales cancels in the norm. h has as many bits as the largest possible one leaves room for: |z| is at
        // most the square root of the rank.
        var scaleIn = Quantized(network.ScaleIn.Value, SignLayerNetwork.ScaleInUnit);
        var hBits = Bits(Largest(network.ScaleMid.Value) * MathF.Sqrt(options.Rank), 14);
        var midBits = Bits(Largest(network.ScaleMid.Value), 31 + hBits - SignKernel.NormBits);
        var outBits = Bits(Largest(network.ScaleOut.Value), 31 - hBits + 8);
        var (midShift, outShift) = (midBits + SignKernel.NormBits - hBits, outBits + hBits - 8);

        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write("LNC1"u8);
        writer.Write((ushort)options.Features);
        foreach (var value in (int[])[options.Rank, Labels.Count, options.LeastGram, options.MostGram, midShift, outShift]) writer.Write((byte)value);
        writer.Write((ushort)MathF.Round(options.Margin * 256));
        foreach (var value in scaleIn) writer.Write((sbyte)value);
        WriteSigns(writer, network.SignsIn.Value);
        foreach (var value in Quantized(network.ScaleMid.Value, MathF.ScaleB(1, midBits))) writer.Write((short)value);
        WriteSigns(writer, network.SignsOut.Value);
        foreach (var value in Quantized(network.ScaleOut.Value, MathF.ScaleB(1, outBits))) writer.Write((short)value);
        foreach (var value in Quantized(network.Bias.Value, 256)) writer.Write((short)value);
        writer.Flush();
        return stream.ToArray();
    }

    /// <summary>The most fraction bits with which <paramref name="largest"/> fits 16 bits, and at most <paramref name="most"/>.</summary>
    private static int Bits(float largest, int most) => Math.Min(most, (int)MathF.Floor(MathF.Log2(short.MaxValue / largest)));

    private static float Largest(ReadOnlySpan<float> values) => Math.Max(1e-6f, Math.Abs(System.Numerics.Tensors.TensorPrimitives.MaxMagnitude(values)));

    private static int[] Quantized(ReadOnlySpan<float> values, float factor)
    {
        var numbers = new int[values.Length];
        for (var i = 0; i < numbers.Length; i++) numbers[i] = (int)Math.Clamp(MathF.Round(values[i] * factor), short.MinValue, short.MaxValue);
        return numbers;
    }

    private static void WriteSigns(BinaryWriter writer, ReadOnlySpan<float> latent)
    {
        for (var i = 0; i < latent.Length; i += 8)
        {
            var signs = 0;
            for (var bit = 0; bit < 8; bit++)
                if (latent[i + bit] >= 0) signs |= 1 << bit;
            writer.Write((byte)signs);
        }
    }
}
