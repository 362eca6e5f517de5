using System.Numerics.Tensors;
using LoRDBA.Training.Backward;

namespace LoRDBA.Training.Classifiers;

/// <summary>
/// The classifier in float32: logits = bias + A · V · M · normed(U · B · x), with signs U and V.
/// Signs are those of latent weights, and gradients pass them as if they were not there (the straight-through estimator,
/// arXiv 1308.3432, section 4), which latent weights in [-1, 1] keep honest (arXiv 1602.02830).
/// </summary>
/// <remarks>F features, R ranks, C classes. x counts channels; it is given as a list of channels.</remarks>
internal sealed class SignLayerNetwork : ITrainable
{
    /// <summary>Input scales are whole 32nds, and a signed byte of them at most: exactly what a blob keeps.</summary>
    public const int ScaleInUnit = 32;

    private readonly int rank, classes;
    private readonly bool useSigns;
    private readonly float[] signsIn, signsOut, scaleIn, t, z, h, slope;

    /// <summary>Random signs, and scales that make logits of about 1.</summary>
    /// <param name="features">F</param>
    /// <param name="rank">R</param>
    /// <param name="classes">C</param>
    /// <param name="useSigns">False for the same shape in real numbers, which signs are compared with.</param>
    /// <param name="random">What the latent weights are drawn from.</param>
    public SignLayerNetwork(int features, int rank, int classes, bool useSigns, Random random)
    {
        (this.rank, this.classes, this.useSigns) = (rank, classes, useSigns);
        SignsIn = new Parameter("signs_in", features, rank);
        ScaleIn = new Parameter("scale_in", 1, features);
        ScaleMid = new Parameter("scale_mid", 1, rank);
        SignsOut = new Parameter("signs_out", classes, rank);
        ScaleOut = new Parameter("scale_out", 1, classes);
        Bias = new Parameter("bias", 1, classes);
        SignsIn.FillNormal(random, 0.06f);
        SignsOut.FillNormal(random, 0.06f);
        ScaleIn.Value.Fill(1);
        ScaleMid.Value.Fill(0.5f);
        ScaleOut.Value.Fill(2 / MathF.Sqrt(rank));
        (signsIn, signsOut, scaleIn) = (new float[features * rank], new float[classes * rank], new float[features]);
        (t, z, h, slope) = (new float[rank], new float[rank], new float[rank], new float[rank]);
        AfterStep();
    }

    /// <summary>[F][R] latent.</summary>
    public Parameter SignsIn { get; }

    /// <summary>[F] latent: rounded to a blob's bytes before every pass, with the gradient of what is not rounded.</summary>
    public Parameter ScaleIn { get; }

    /// <summary>[R]</summary>
    public Parameter ScaleMid { get; }

    /// <summary>[C][R] latent.</summary>
    public Parameter SignsOut { get; }

    /// <summary>[C]</summary>
    public Parameter ScaleOut { get; }

    /// <summary>[C]</summary>
    public Parameter Bias { get; }

    /// <inheritdoc/>
    public Parameter[] Parameters => [SignsIn, ScaleIn, ScaleMid, SignsOut, ScaleOut, Bias];

    /// <summary>Takes signs and rounded scales of the latent ones for the next passes, and keeps these within their ranges.</summary>
    public void AfterStep()
    {
        Take(SignsIn.Value, signsIn);
        Take(SignsOut.Value, signsOut);
        TakeScales();
    }

    /// <inheritdoc/>
    public void Pass(ReadOnlySpan<int> channels, float[] logits, int target, int samples)
    {
        var rms = Forward(channels, logits);
        ClassifierTrainer.LossGradient(logits, target, samples);
        Backward(channels, rms, logits);
    }

    /// <summary>Logits of one text.</summary>
    /// <param name="channels">Its n-grams.</param>
    /// <param name="logits">[C]</param>
    /// <returns>The root mean square of the bottleneck, which <see cref="Backward"/> needs.</returns>
    public float Forward(ReadOnlySpan<int> channels, Span<float> logits)
    {
        t.AsSpan().Clear();
        foreach (var channel in channels) TensorPrimitives.MultiplyAdd(Row(signsIn, channel), scaleIn[channel], t, t);
        var rms = MathF.Sqrt(TensorPrimitives.SumOfSquares<float>(t) / rank);
        if (rms == 0) rms = 1;
        TensorPrimitives.Divide(t, rms, z);
        TensorPrimitives.Multiply(z, ScaleMid.Value, h);
        for (var c = 0; c < classes; c++) logits[c] = ScaleOut.Value[c] * TensorPrimitives.Dot<float>(Row(signsOut, c), h) + Bias.Value[c];
        return rms;
    }

    /// <summary>Adds to all gradients. The values are those of the last <see cref="Forward"/>.</summary>
    /// <param name="channels">The n-grams of that text.</param>
    /// <param name="rms">What it returned.</param>
    /// <param name="logits">[C] the loss by the logits.</param>
    private void Backward(ReadOnlySpan<int> channels, float rms, ReadOnlySpan<float> logits)
    {
        slope.AsSpan().Clear();
        for (var c = 0; c < classes; c++)
        {
            var row = Row(signsOut, c);
            ScaleOut.Gradient[c] += logits[c] * TensorPrimitives.Dot<float>(row, h);
            Bias.Gradient[c] += logits[c];
            var scaled = logits[c] * ScaleOut.Value[c];
            TensorPrimitives.MultiplyAdd(row, scaled, slope, slope);
            var gradient = SignsOut.Gradient.Slice(c * rank, rank);
            TensorPrimitives.MultiplyAdd(h, scaled, gradient, gradient);
        }
        // By h = M z: the loss by M, then by z. By z = t / rms(t): dt = (dz - z · mean(z · dz)) / rms.
        TensorPrimitives.MultiplyAdd(slope, z, ScaleMid.Gradient, ScaleMid.Gradient);
        TensorPrimitives.Multiply(slope, ScaleMid.Value, slope);
        var mean = TensorPrimitives.Dot<float>(slope, z) / rank;
        for (var k = 0; k < rank; k++) slope[k] = (slope[k] - z[k] * mean) / rms;

        foreach (var channel in channels)
        {
            var gradient = SignsIn.Gradient.Slice(channel * rank, rank);
            TensorPrimitives.MultiplyAdd(slope, scaleIn[channel], gradient, gradient);
            ScaleIn.Gradient[channel] += TensorPrimitives.Dot<float>(slope, Row(signsIn, channel));
        }
    }

    private ReadOnlySpan<float> Row(float[] matrix, int row) => matrix.AsSpan(row * rank, rank);

    private void Take(Span<float> latent, Span<float> signs)
    {
        if (!useSigns)
        {
            latent.CopyTo(signs);
            return;
        }
        for (var i = 0; i < latent.Length; i++)
        {
            latent[i] = Math.Clamp(latent[i], -1, 1);
            signs[i] = latent[i] >= 0 ? 1 : -1;
        }
    }

    private void TakeScales()
    {
        const float Largest = (float)sbyte.MaxValue / ScaleInUnit;
        var latent = ScaleIn.Value;
        for (var i = 0; i < latent.Length; i++)
        {
            if (useSigns) latent[i] = Math.Clamp(latent[i], -Largest, Largest);
            scaleIn[i] = useSigns ? MathF.Round(latent[i] * ScaleInUnit) / ScaleInUnit : latent[i];
        }
    }
}
