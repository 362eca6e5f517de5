using LoRDBA.Training.Backward;

namespace LoRDBA.Examples.SmartHome.Training.Network;

/// <summary>A norm's gain, and what it keeps from forward to backward.</summary>
internal sealed class Norm(Parameter gain, float eps, int maxTokens)
{
    private readonly float[] kept = new float[maxTokens];

    /// <summary>x, y [N][n_embd].</summary>
    public void Forward(ReadOnlySpan<float> x, Span<float> y) => RmsNorm.Forward(x, gain.Value, eps, y, Kept(x));

    /// <summary>dx is added to.</summary>
    public void Backward(ReadOnlySpan<float> x, ReadOnlySpan<float> dy, Span<float> dx, Span<float> scratch) =>
        RmsNorm.Backward(x, gain.Value, Kept(x), dy, dx, gain.Gradient, scratch);

    private Span<float> Kept(ReadOnlySpan<float> x) => kept.AsSpan(0, x.Length / gain.Columns);
}
