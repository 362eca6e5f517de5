namespace LoRDBA.Examples.SmartHome.Training.Network;

/// <summary>
/// Rotary position embedding (arXiv 2104.09864) over neighbouring pairs, the order in which a GGUF of the llama architecture
/// stores the rows of q and k: (x[2i], x[2i+1]) of every head is turned by position · 10000^(−2i / head_dim).
/// </summary>
internal sealed unsafe class Rotary
{
    public const float FrequencyBase = 10000;

    private readonly int headDim;
    private readonly float[] cos, sin;

    public Rotary(int headDim, int contextLength)
    {
        this.headDim = headDim;
        var pairs = headDim / 2;
        (cos, sin) = (new float[contextLength * pairs], new float[contextLength * pairs]);
        for (var position = 0; position < contextLength; position++)
        {
            for (var i = 0; i < pairs; i++)
            {
                var angle = position * Math.Pow(FrequencyBase, -2.0 * i / headDim);
                cos[position * pairs + i] = (float)Math.Cos(angle);
                sin[position * pairs + i] = (float)Math.Sin(angle);
            }
        }
    }

    /// <summary>Turns x [tokens][heads][head_dim] in place.</summary>
    public void Forward(float* x, IReadOnlyList<int> positions, int heads) => Turn(x, positions, heads, 1);

    /// <summary>A rotation's gradient is the rotation back.</summary>
    public void Backward(float* dx, IReadOnlyList<int> positions, int heads) => Turn(dx, positions, heads, -1);

    private void Turn(float* x, IReadOnlyList<int> positions, int heads, float direction)
    {
        var pairs = headDim / 2;
        for (var t = 0; t < positions.Count; t++)
        {
            var table = positions[t] * pairs;
            for (var head = 0; head < heads; head++)
            {
                var p = x + ((long)t * heads + head) * headDim;
                for (var i = 0; i < pairs; i++, p += 2)
                {
                    var (c, s) = (cos[table + i], direction * sin[table + i]);
                    (p[0], p[1]) = (p[0] * c - p[1] * s, p[0] * s + p[1] * c);
                }
            }
        }
    }
}
