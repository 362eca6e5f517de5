namespace LoRDBA.Runtime.Kernels;

/// <summary>
/// Rotary position embedding (arXiv 2104.09864, equation 34). The llama architecture of GGUF stores a head's rows so that
/// a rotated pair lies side by side: (x_0, x_1), (x_2, x_3), ...
/// </summary>
internal static unsafe class Rope
{
    /// <summary>The angles of one position, for all heads and layers of a step: cos and sin of position · base^(-2i / rope_dim).</summary>
    /// <param name="position">Counted from 0.</param>
    /// <param name="freqBase">The model's rope.freq_base.</param>
    /// <param name="ropeDim">How many leading elements of a head are rotated; even.</param>
    /// <param name="rotation">[rope_dim / 2][cos, sin]</param>
    public static void Angles(int position, float freqBase, int ropeDim, float* rotation)
    {
        for (var i = 0; i < ropeDim / 2; i++)
        {
            // In double precision: at position 10 000 a float angle is off by a thousandth of a turn.
            var (sin, cos) = Math.SinCos(position * Math.Pow(freqBase, -2.0 * i / ropeDim));
            rotation[2 * i] = (float)cos;
            rotation[2 * i + 1] = (float)sin;
        }
    }

    /// <summary>Rotates one head in place.</summary>
    /// <param name="head">[head_dim], of which the first rope_dim are rotated.</param>
    /// <param name="rotation">[rope_dim / 2][cos, sin]</param>
    /// <param name="ropeDim">Even.</param>
    public static void Forward(float* head, float* rotation, int ropeDim)
    {
        for (var i = 0; i < ropeDim; i += 2)
        {
            var (x, y, cos, sin) = (head[i], head[i + 1], rotation[i], rotation[i + 1]);
            head[i] = x * cos - y * sin;
            head[i + 1] = x * sin + y * cos;
        }
    }
}
