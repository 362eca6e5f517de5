using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LoRDBA.Runtime.Kernels;

/// <summary>
/// Activations of several tokens, quantized to 8 bits once for all the matrices that read them. Four neighbours, a quad,
/// share a scale d = max|x| / 127; their codes are round(x / d).
/// </summary>
/// <remarks>
/// <code>
/// codes   | a0 a1 a2 a3 | a4 a5 a6 a7 | ...   sbyte [width]
/// scales  |     d0      |     d1      | ...   float [width / 4]
/// sums    | Σ over 32 activations of d · a    float [width / 32]
/// </code>
/// Why quads: the 8-bit product instructions of x64 and arm64 sum four products into each 32-bit lane, so a scale per lane
/// is one vector load in place of a broadcast. Against one scale for 32, as the weights have it, the noise that
/// quantization adds to the NLL of a token falls to a third (SmolLM2-135M: from 0.061 to 0.021, root mean square).
/// The sums serve weight formats with a minimum: Σ (scale · q + min) · x = scale · Σ q · x + min · Σ x.
/// </remarks>
internal readonly unsafe struct QuantizedRows
{
    /// <summary>Activations that one block of weights meets.</summary>
    public const int BlockLength = 32;

    /// <summary>Activations that share a scale.</summary>
    public const int QuadLength = 4;

    /// <summary>Scales for one block of weights.</summary>
    public const int QuadsPerBlock = BlockLength / QuadLength;

    private QuantizedRows(int width, sbyte* codes, float* scales, float* sums)
    {
        Width = width;
        Codes = codes;
        Scales = scales;
        Sums = sums;
    }

    /// <summary>n_in of the matrices that read these rows.</summary>
    public int Width { get; }

    /// <summary>Blocks in a row.</summary>
    public int Blocks => Width / BlockLength;

    private sbyte* Codes { get; }

    private float* Scales { get; }

    private float* Sums { get; }

    /// <summary>Makes room for <paramref name="tokens"/> rows.</summary>
    public static QuantizedRows Reserve(Arena arena, int tokens, int width) => new(
        width,
        arena.Reserve<sbyte>((long)tokens * width),
        arena.Reserve<float>((long)tokens * width / QuadLength),
        arena.Reserve<float>((long)tokens * width / BlockLength));

    /// <summary>The same memory for rows of another width, not wider than those it was reserved for.</summary>
    public QuantizedRows WithWidth(int width) => new(width, Codes, Scales, Sums);

    /// <summary>The codes of a row, [width].</summary>
    public sbyte* CodesOf(int token) => Codes + (long)token * Width;

    /// <summary>The scales of a row, [width / 4].</summary>
    public float* ScalesOf(int token) => Scales + (long)token * Width / QuadLength;

    /// <summary>The sums of a row, [width / 32].</summary>
    public float* SumsOf(int token) => Sums + (long)token * Width / BlockLength;

    /// <summary>Quantizes <paramref name="x"/>, [width], to row <paramref name="token"/>.</summary>
    public void Quantize(float* x, int token)
    {
        var codes = CodesOf(token);
        var scales = ScalesOf(token);
        var sums = SumsOf(token);
        for (var block = 0; block < Blocks; block++, x += BlockLength, codes += BlockLength, scales += QuadsPerBlock)
        {
            // Lane i collects the i-th activation of each quad, dequantized.
            var sum = Vector128<float>.Zero;
            for (var quad = 0; quad < QuadsPerBlock; quad += 4)
            {
                var q0 = QuantizeQuad(x + 4 * quad, scales + quad, ref sum);
                var q1 = QuantizeQuad(x + 4 * quad + 4, scales + quad + 1, ref sum);
                var q2 = QuantizeQuad(x + 4 * quad + 8, scales + quad + 2, ref sum);
                var q3 = QuantizeQuad(x + 4 * quad + 12, scales + quad + 3, ref sum);
                Vector128.Narrow(Vector128.Narrow(q0, q1), Vector128.Narrow(q2, q3)).Store(codes + 4 * quad);
            }
            sums[block] = Vector128.Sum(sum);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> QuantizeQuad(float* x, float* scale, ref Vector128<float> sum)
    {
        var values = Vector128.Load(x);

        // The largest magnitude, in every lane.
        var max = Vector128.Abs(values);
        max = Vector128.Max(max, Vector128.Shuffle(max, Vector128.Create(2, 3, 0, 1)));
        max = Vector128.Max(max, Vector128.Shuffle(max, Vector128.Create(1, 0, 3, 2)));

        var d = max * (1f / 127f);
        *scale = d.ToScalar();
        // A quad of zeros has codes of zero: dividing by 1 instead keeps NaN out.
        var divisor = Vector128.ConditionalSelect(Vector128.Equals(d, Vector128<float>.Zero), Vector128<float>.One, d);
        var rounded = Vector128.Round(values / divisor);
        sum += rounded * d;
        return Vector128.ConvertToInt32(rounded);
    }
}
