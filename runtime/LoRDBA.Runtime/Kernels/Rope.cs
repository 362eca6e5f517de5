namespace LoRDBA.Runtime.Kernels;

/// <summary>Which elements of a head rotary embedding turns together: a choice of how a family stores its rows, not of the mathematics.</summary>
internal enum RopePairs
{
    /// <summary>(x_0, x_1), (x_2, x_3), ...: GGUF's llama, whose converter permutes the rows of q and k for it.</summary>
    Neighbours,

    /// <summary>(x_0, x_d/2), (x_1, x_d/2+1), ...: Qwen, and every model as PyTorch stores it.</summary>
    Halves,
}

/// <summary>Rotary position embedding (arXiv 2104.09864, equation 34): pair i of a head is turned by position · frequency_i.</summary>
internal static unsafe class Rope
{
    /// <summary>The angles of one position, for all heads and layers of a step.</summary>
    /// <param name="position">Counted from 0.</param>
    /// <param name="frequencies">[rope_dim / 2]</param>
    /// <param name="magnitude">What cos and sin are multiplied with; 1 but for YaRN.</param>
    /// <param name="rotation">[rope_dim / 2][cos, sin]</param>
    public static void Angles(int position, ReadOnlySpan<double> frequencies, double magnitude, float* rotation)
    {
        for (var i = 0; i < frequencies.Length; i++)
        {
            // In double precision: at position 10 000 a float angle is off by a thousandth of a turn.
            var (sin, cos) = Math.SinCos(position * frequencies[i]);
            rotation[2 * i] = (float)(magnitude * cos);
            rotation[2 * i + 1] = (float)(magnitude * sin);
        }
    }

    /// <summary>Rotates one head in place.</summary>
    /// <param name="head">[head_dim], of which the first rope_dim are rotated.</param>
    /// <param name="rotation">[rope_dim / 2][cos, sin]</param>
    /// <param name="ropeDim">Even.</param>
    /// <param name="pairs">Which elements form pair i.</param>
    public static void Forward(float* head, float* rotation, int ropeDim, RopePairs pairs)
    {
        var half = ropeDim / 2;
        var (step, apart) = pairs == RopePairs.Neighbours ? (2, 1) : (1, half);
        for (var i = 0; i < half; i++)
        {
            var (x, y, cos, sin) = (head[i * step], head[i * step + apart], rotation[2 * i], rotation[2 * i + 1]);
            head[i * step] = x * cos - y * sin;
            head[i * step + apart] = x * sin + y * cos;
        }
    }
}
