using System.Runtime.Intrinsics;

namespace LoRDBA.Training.Backward;

/// <summary>
/// Causal attention of one sequence with grouped keys and values (arXiv 1706.03762, equation 1; arXiv 2305.13245): for each query head
/// o_i = Σ_{j ≤ i} P_ij v_j, P_ij = e^(S_ij − l_i) / z_i, S_ij = q_i · k_j / √head_dim. l_i is the largest S_ij, z_i the sum of the powers.
/// </summary>
/// <remarks>
/// Only l and z are kept, and P is computed again on the way back (arXiv 2205.14135, section 3.1): memory grows with T, not with T².
/// The runtime's kernel takes keys from a cache in 16 bits and keeps neither.
/// </remarks>
public static unsafe class Attention
{
    private const int Lanes = 8;

    /// <summary>Overwrites o and the softmax. T tokens of one sequence.</summary>
    /// <param name="shape">n_head, n_head_kv, head_dim.</param>
    /// <param name="q">[T][n_head][head_dim], turned by position; has to be the same on the way back.</param>
    /// <param name="k">[T][n_head_kv][head_dim], likewise.</param>
    /// <param name="v">[T][n_head_kv][head_dim]; has to be the same on the way back.</param>
    /// <param name="o">[T][n_head][head_dim]</param>
    /// <param name="softmax">[n_head][T][2]: l_i and z_i, kept for <see cref="Backward"/>.</param>
    /// <param name="scratch">[T] at least.</param>
    /// <exception cref="ArgumentException">The lengths do not fit together.</exception>
    public static void Forward(
        AttentionShape shape, ReadOnlySpan<float> q, ReadOnlySpan<float> k, ReadOnlySpan<float> v,
        Span<float> o, Span<float> softmax, Span<float> scratch)
    {
        var tokens = CheckedTokens(shape, q, k, v, softmax);
        Lengths.Require(o.Length, tokens, shape.QueryLength, nameof(o));
        Lengths.RequireScratch(scratch.Length, tokens, nameof(scratch));
        var scale = 1 / MathF.Sqrt(shape.HeadDim);
        fixed (float* qAll = q, kAll = k, vAll = v, oAll = o, kept = softmax, p = scratch)
            for (var head = 0; head < shape.NHead; head++) ForwardHead(shape, head, scale, tokens, qAll, kAll, vAll, oAll, kept, p);
    }

    /// <summary>One head of it, whatever the scale of q · k.</summary>
    internal static void ForwardHead(
        AttentionShape shape, int head, float scale, int tokens, float* q, float* k, float* v, float* o, float* softmax, float* p)
    {
        var h = new Head(shape, head);
        for (var i = 0; i < tokens; i++)
        {
            float* query = q + h.Q(i), result = o + h.Q(i);
            var largest = float.NegativeInfinity;
            for (var j = 0; j <= i; j++) largest = Math.Max(largest, p[j] = scale * Dot(query, k + h.K(j), shape.HeadDim));
            var sum = 0f;
            for (var j = 0; j <= i; j++) sum += p[j] = MathF.Exp(p[j] - largest);
            new Span<float>(result, shape.HeadDim).Clear();
            for (var j = 0; j <= i; j++) AddScaled(p[j] / sum, v + h.K(j), result, shape.HeadDim);
            var row = softmax + 2 * ((long)head * tokens + i);
            (row[0], row[1]) = (largest, sum);
        }
    }

    /// <summary>
    /// With dP_ij = do_i · v_j and dS_ij = P_ij (dP_ij − Σ_l P_il dP_il) / √head_dim:
    /// dq_i += Σ_j dS_ij k_j, dk_j += Σ_i dS_ij q_i, dv_j += Σ_i P_ij do_i, head after head.
    /// </summary>
    /// <param name="shape">n_head, n_head_kv, head_dim.</param>
    /// <param name="q">[T][n_head][head_dim], as on the way forward.</param>
    /// <param name="k">[T][n_head_kv][head_dim], as on the way forward.</param>
    /// <param name="v">[T][n_head_kv][head_dim], as on the way forward.</param>
    /// <param name="softmax">[n_head][T][2], from <see cref="Forward"/>.</param>
    /// <param name="dOut">[T][n_head][head_dim], the gradient by o.</param>
    /// <param name="dq">[T][n_head][head_dim], added to.</param>
    /// <param name="dk">[T][n_head_kv][head_dim], added to.</param>
    /// <param name="dv">[T][n_head_kv][head_dim], added to.</param>
    /// <param name="scratch">[2][T] at least.</param>
    /// <exception cref="ArgumentException">The lengths do not fit together.</exception>
    public static void Backward(
        AttentionShape shape, ReadOnlySpan<float> q, ReadOnlySpan<float> k, ReadOnlySpan<float> v, ReadOnlySpan<float> softmax,
        ReadOnlySpan<float> dOut, Span<float> dq, Span<float> dk, Span<float> dv, Span<float> scratch)
    {
        var tokens = CheckedTokens(shape, q, k, v, softmax);
        Lengths.Require(dOut.Length, tokens, shape.QueryLength, nameof(dOut));
        Lengths.Require(dq.Length, tokens, shape.QueryLength, nameof(dq));
        Lengths.Require(dk.Length, tokens, shape.KeyLength, nameof(dk));
        Lengths.Require(dv.Length, tokens, shape.KeyLength, nameof(dv));
        Lengths.RequireScratch(scratch.Length, 2L * tokens, nameof(scratch));
        var scale = 1 / MathF.Sqrt(shape.HeadDim);
        fixed (float* qAll = q, kAll = k, vAll = v, kept = softmax, above = dOut, dqAll = dq, dkAll = dk, dvAll = dv, p = scratch)
            for (var head = 0; head < shape.NHead; head++)
                BackwardHead(shape, head, scale, tokens, qAll, kAll, vAll, kept, above, dqAll, dkAll, dvAll, p);
    }

    /// <summary>One head of it. Heads that share a key head add to the same keys and values: one thread, in their order.</summary>
    internal static void BackwardHead(
        AttentionShape shape, int head, float scale, int tokens, float* q, float* k, float* v, float* softmax,
        float* dOut, float* dq, float* dk, float* dv, float* scratch)
    {
        var (h, n) = (new Head(shape, head), shape.HeadDim);
        float* p = scratch, dp = scratch + tokens;
        for (var i = 0; i < tokens; i++)
        {
            var row = softmax + 2 * ((long)head * tokens + i);
            var (largest, sum, mean) = (row[0], row[1], 0f);
            for (var j = 0; j <= i; j++)
            {
                p[j] = MathF.Exp(scale * Dot(q + h.Q(i), k + h.K(j), n) - largest) / sum;
                mean += p[j] * (dp[j] = Dot(dOut + h.Q(i), v + h.K(j), n));
            }

            for (var j = 0; j <= i; j++)
            {
                var ds = scale * p[j] * (dp[j] - mean);
                AddScaled(ds, k + h.K(j), dq + h.Q(i), n);
                AddScaled(ds, q + h.Q(i), dk + h.K(j), n);
                AddScaled(p[j], dOut + h.Q(i), dv + h.K(j), n);
            }
        }
    }

    private static int CheckedTokens(
        AttentionShape shape, ReadOnlySpan<float> q, ReadOnlySpan<float> k, ReadOnlySpan<float> v, ReadOnlySpan<float> softmax)
    {
        shape.Check();
        var tokens = Lengths.Rows(q.Length, shape.QueryLength, nameof(q));
        Lengths.Require(k.Length, tokens, shape.KeyLength, nameof(k));
        Lengths.Require(v.Length, tokens, shape.KeyLength, nameof(v));
        Lengths.Require(softmax.Length, shape.NHead, 2L * tokens, nameof(softmax));
        return tokens;
    }

    private static float Dot(float* a, float* b, int count)
    {
        var sum = Vector256<float>.Zero;
        var i = 0;
        for (; i <= count - Lanes; i += Lanes) sum = Vector256.FusedMultiplyAdd(Vector256.Load(a + i), Vector256.Load(b + i), sum);
        var total = Vector256.Sum(sum);
        for (; i < count; i++) total = MathF.FusedMultiplyAdd(a[i], b[i], total);
        return total;
    }

    private static void AddScaled(float factor, float* x, float* y, int count)
    {
        var f = Vector256.Create(factor);
        var i = 0;
        for (; i <= count - Lanes; i += Lanes) Vector256.FusedMultiplyAdd(f, Vector256.Load(x + i), Vector256.Load(y + i)).Store(y + i);
        for (; i < count; i++) y[i] = MathF.FusedMultiplyAdd(factor, x[i], y[i]);
    }

    // Where a query head and the key head that it shares begin in a token's row.
    private readonly struct Head(AttentionShape shape, int head)
    {
        private readonly int query = head * shape.HeadDim, key = head * shape.NHeadKv / shape.NHead * shape.HeadDim;

        public long Q(int i) => (long)i * shape.QueryLength + query;

        public long K(int j) => (long)j * shape.KeyLength + key;
    }
}
