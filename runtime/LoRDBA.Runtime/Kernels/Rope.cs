using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LoRDBA.Runtime.Kernels;

/// <summary>
/// Which elements of a head rotary embedding turns together: a choice of how a family stores its rows, not of the mathematics.
/// </summary>
internal enum RopePairs
{
    /// <summary>(x_0, x_1), (x_2, x_3), ...: GGUF's llama, whose converter permutes the rows of q and k for it.</summary>
    Neighbours,

    /// <summary>(x_0, x_d/2), (x_1, x_d/2+1), ...: Qwen, and every model as PyTorch stores it.</summary>
    Halves,
}

/// <summary>Rotary position embedding (arXiv 2104.09864, equation 34): pair i of a head is turned by position · frequency_i.</summary>
/// <remarks>
/// A position's rotation has a place for each element, so that x_e ← x_e · cos_e + partner of x_e · sin_e, the sine signed:
/// <code>
/// Neighbours   cos | c0  c0  c1  c1 ... |   sin | -s0  s0 -s1  s1 ... |        float [2][rope_dim]
/// Halves       cos | c0  c1 ... c0  c1 ... |   sin | -s0 -s1 ... s0  s1 ... |
/// </code>
/// </remarks>
internal static unsafe class Rope
{
    /// <summary>The rotation of one position, for all heads and layers of a step.</summary>
    /// <param name="position">Counted from 0.</param>
    /// <param name="frequencies">[rope_dim / 2]</param>
    /// <param name="magnitude">What cos and sin are multiplied with; 1 but for YaRN.</param>
    /// <param name="pairs">Which elements form pair i.</param>
    /// <param name="rotation">[2][rope_dim]</param>
    public static void Angles(int position, ReadOnlySpan<double> frequencies, double magnitude, RopePairs pairs, float* rotation)
    {
        var half = frequencies.Length;
        var sines = rotation + 2 * half;
        for (var i = 0; i < half; i++)
        {
            // In double precision: at position 10 000 a float angle is off by a thousandth of a turn.
            var (sin, cos) = Math.SinCos(position * frequencies[i]);
            var (x, y) = pairs == RopePairs.Neighbours ? (2 * i, 2 * i + 1) : (i, i + half);
            rotation[x] = rotation[y] = (float)(magnitude * cos);
            sines[y] = (float)(magnitude * sin);
            sines[x] = -sines[y];
        }
    }

    /// <summary>Rotates one head in place.</summary>
    /// <param name="head">[head_dim], of which the first rope_dim are rotated.</param>
    /// <param name="rotation">[2][rope_dim]</param>
    /// <param name="ropeDim">Even.</param>
    /// <param name="pairs">Which elements form pair i.</param>
    public static void Forward(float* head, float* rotation, int ropeDim, RopePairs pairs)
    {
        if (pairs == RopePairs.Neighbours) TurnNeighbours(head, rotation, ropeDim);
        else TurnHalves(head, rotation, ropeDim / 2);
    }

    private static void TurnNeighbours(float* head, float* rotation, int ropeDim)
    {
        var sines = rotation + ropeDim;
        var e = 0;
        for (; e <= ropeDim - 4; e += 4)
        {
            var x = Vector128.Load(head + e);
            var partners = Vector128.Shuffle(x, Vector128.Create(1, 0, 3, 2));
            (x * Vector128.Load(rotation + e) + partners * Vector128.Load(sines + e)).Store(head + e);
        }
        for (; e < ropeDim; e += 2) Turn(head + e, head + e + 1, rotation[e], sines[e + 1]);
    }

    private static void TurnHalves(float* head, float* rotation, int half)
    {
        var sines = rotation + 3 * half;
        var i = 0;
        for (; i <= half - 4; i += 4)
        {
            var (x, y) = (Vector128.Load(head + i), Vector128.Load(head + half + i));
            var (cos, sin) = (Vector128.Load(rotation + i), Vector128.Load(sines + i));
            (x * cos - y * sin).Store(head + i);
            (x * sin + y * cos).Store(head + half + i);
        }
        for (; i < half; i++) Turn(head + i, head + half + i, rotation[i], sines[i]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Turn(float* x, float* y, float cos, float sin) => (*x, *y) = (*x * cos - *y * sin, *x * sin + *y * cos);
}
