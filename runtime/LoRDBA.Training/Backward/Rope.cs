namespace LoRDBA.Training.Backward;

/// <summary>
/// Rotary position embedding (arXiv 2104.09864, equation 34): pair i of every head is turned by position · frequency_i.
/// </summary>
/// <remarks>The runtime's kernel gives the same bits. It has the angles of one step; a batch needs those of all positions, both ways.</remarks>
public sealed class Rope
{
    private readonly RopePairs pairs;
    private readonly int count;                 // positions in the table
    private readonly int half;                  // pairs per head
    private readonly float[] cos, sin;          // [positions][half]

    /// <summary>Computes the angles of all positions, in double precision.</summary>
    /// <param name="frequencies">[rope_dim / 2], in radians per position.</param>
    /// <param name="positions">The context length: positions are 0 to this, exclusive.</param>
    /// <param name="pairs">Which elements form pair i.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="positions"/> is not positive.</exception>
    public Rope(ReadOnlySpan<double> frequencies, int positions, RopePairs pairs)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(positions);
        (this.pairs, count, half) = (pairs, positions, frequencies.Length);
        (cos, sin) = (new float[checked(positions * half)], new float[positions * half]);
        for (var position = 0; position < positions; position++)
        {
            for (var i = 0; i < half; i++)
            {
                var (s, c) = Math.SinCos(position * frequencies[i]);
                (sin[position * half + i], cos[position * half + i]) = ((float)s, (float)c);
            }
        }
    }

    /// <summary>The frequencies of the paper: frequencyBase^(−2i / rope_dim) for pair i.</summary>
    /// <param name="ropeDim">How many elements of a head are turned; even.</param>
    /// <param name="frequencyBase">10000 in the paper; rope.freq_base of a GGUF file.</param>
    /// <exception cref="ArgumentException"><paramref name="ropeDim"/> is odd or negative.</exception>
    public static double[] Frequencies(int ropeDim, double frequencyBase)
    {
        if (ropeDim < 0 || ropeDim % 2 != 0) throw new ArgumentException($"{ropeDim} elements are no pairs.", nameof(ropeDim));
        return [.. Enumerable.Range(0, ropeDim / 2).Select(i => Math.Pow(frequencyBase, -2.0 * i / ropeDim))];
    }

    /// <summary>Turns q or k in place.</summary>
    /// <param name="x">[T][heads][head_dim]: of every head the first rope_dim elements are turned.</param>
    /// <param name="positions">[T]</param>
    /// <param name="headDim">rope_dim at least.</param>
    /// <exception cref="ArgumentException">The lengths do not fit together.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A position is not in the table.</exception>
    public void Forward(Span<float> x, ReadOnlySpan<int> positions, int headDim) => Turn(x, positions, headDim, 1);

    /// <summary>Makes the gradient by x, in place, from the gradient by the turned x: the rotation back.</summary>
    /// <param name="dx">[T][heads][head_dim]. Whatever was added to it before is turned with it.</param>
    /// <param name="positions">[T]</param>
    /// <param name="headDim">rope_dim at least.</param>
    /// <exception cref="ArgumentException">The lengths do not fit together.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A position is not in the table.</exception>
    public void Backward(Span<float> dx, ReadOnlySpan<int> positions, int headDim) => Turn(dx, positions, headDim, -1);

    private void Turn(Span<float> x, ReadOnlySpan<int> positions, int headDim, float direction)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(headDim, Math.Max(1, 2 * half));
        var rows = Lengths.Rows(x.Length, headDim, nameof(x));
        var perToken = positions.Length == 0 ? 0 : rows / positions.Length * headDim;
        Lengths.Require(x.Length, positions.Length, perToken, nameof(x));
        var (step, partner) = pairs == RopePairs.Neighbours ? (2, 1) : (1, half);
        for (var t = 0; t < positions.Length; t++)
        {
            if ((uint)positions[t] >= (uint)count)
                throw new ArgumentOutOfRangeException(nameof(positions), positions[t], $"The table has {count} positions.");
            Span<float> c = cos.AsSpan(positions[t] * half, half), s = sin.AsSpan(positions[t] * half, half);
            var token = x.Slice(t * perToken, perToken);
            for (var head = 0; head < perToken; head += headDim)
            {
                for (int i = 0, e = head; i < half; i++, e += step)
                {
                    var (a, b, turn) = (token[e], token[e + partner], direction * s[i]);
                    token[e] = a * c[i] - b * turn;
                    token[e + partner] = a * turn + b * c[i];
                }
            }
        }
    }
}
