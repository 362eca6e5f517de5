using System.Runtime.Intrinsics;

namespace LoRDBA.Examples.SmartHome.Training.Network;

/// <summary>
/// Causal attention with grouped keys and values, each sequence of the batch for itself:
/// o_i = Σ_{j ≤ i} P_ij v_j, P_i = softmax_j(q_i · k_j / √head_dim). head_dim is a multiple of 8.
/// </summary>
internal sealed unsafe class Attention(int nHead, int nHeadKv, int headDim)
{
    private readonly float scale = 1 / MathF.Sqrt(headDim);

    // P of every sequence and head, rows of the sequence's own length: [sequence][head][length][length].
    private FloatBuffer probabilities = new(0);
    private int[] offsets = [];

    /// <summary>q, o [tokens][n_head][head_dim]; k, v [tokens][n_head_kv][head_dim].</summary>
    public void Forward(float* q, float* k, float* v, float* o, Batch batch)
    {
        Reserve(batch);
        for (var index = 0; index < batch.SequenceCount * nHead; index++)
        {
            var (start, end) = batch.Sequence(index / nHead);
            var h = HeadOf(start, end, index % nHead);
            for (var i = 0; i < h.Length; i++)
            {
                var p = h.Row(i);
                var largest = float.NegativeInfinity;
                for (var j = 0; j <= i; j++)
                    largest = Math.Max(largest, p[j] = scale * Dot(q + h.Q(i), k + h.K(j)));
                var sum = 0f;
                for (var j = 0; j <= i; j++)
                    sum += p[j] = MathF.Exp(p[j] - largest);
                new Span<float>(o + h.Q(i), headDim).Clear();
                for (var j = 0; j <= i; j++)
                    AddScaled(p[j] /= sum, v + h.K(j), o + h.Q(i));
            }
        }
    }

    /// <summary>dq, dk, dv are overwritten. With dP_ij = do_i · v_j: dS_ij = P_ij (dP_ij − Σ_l P_il dP_il), dq_i = Σ_j dS_ij k_j / √head_dim,
    /// dk_j likewise from q_i, dv_j = Σ_i P_ij do_i.</summary>
    public void Backward(float* q, float* k, float* v, float* dO, float* dq, float* dk, float* dv, Batch batch)
    {
        var tokens = batch.Tokens.Count;
        new Span<float>(dq, tokens * nHead * headDim).Clear();
        new Span<float>(dk, tokens * nHeadKv * headDim).Clear();
        new Span<float>(dv, tokens * nHeadKv * headDim).Clear();
        for (var index = 0; index < batch.SequenceCount * nHead; index++)
        {
            var (start, end) = batch.Sequence(index / nHead);
            var h = HeadOf(start, end, index % nHead);
            var dp = new float[h.Length];
            for (var i = 0; i < h.Length; i++)
            {
                var p = h.Row(i);
                var mean = 0f;
                for (var j = 0; j <= i; j++)
                    mean += p[j] * (dp[j] = Dot(dO + h.Q(i), v + h.K(j)));
                for (var j = 0; j <= i; j++)
                {
                    var ds = scale * p[j] * (dp[j] - mean);
                    AddScaled(ds, k + h.K(j), dq + h.Q(i));
                    AddScaled(ds, q + h.Q(i), dk + h.K(j));
                    AddScaled(p[j], dO + h.Q(i), dv + h.K(j));
                }
            }
        }
    }

    private void Reserve(Batch batch)
    {
        if (offsets.Length < batch.Tokens.Count)
            offsets = new int[batch.Tokens.Count];
        var total = 0;
        for (var s = 0; s < batch.SequenceCount; s++)
        {
            var (start, end) = batch.Sequence(s);
            offsets[start] = total;
            total += nHead * (end - start) * (end - start);
        }

        if (probabilities.Length < total)
            probabilities = new FloatBuffer(total);
    }

    private Head HeadOf(int start, int end, int head) =>
        new(start, end - start, head, head * nHeadKv / nHead, nHead * headDim, nHeadKv * headDim, headDim,
            probabilities.Data + offsets[start] + (long)head * (end - start) * (end - start));

    private float Dot(float* a, float* b)
    {
        var sum = Vector256<float>.Zero;
        for (var i = 0; i < headDim; i += 8)
            sum = Vector256.FusedMultiplyAdd(Vector256.Load(a + i), Vector256.Load(b + i), sum);
        return Vector256.Sum(sum);
    }

    private void AddScaled(float factor, float* x, float* y)
    {
        var f = Vector256.Create(factor);
        for (var i = 0; i < headDim; i += 8)
            Vector256.FusedMultiplyAdd(f, Vector256.Load(x + i), Vector256.Load(y + i)).Store(y + i);
    }

    // Where one head of one sequence lies: element offsets of its rows in q and k, and its square of probabilities.
    private readonly struct Head(int start, int length, int head, int headKv, int qStride, int kStride, int headDim, float* probabilities)
    {
        public int Length => length;

        public int Q(int i) => (start + i) * qStride + head * headDim;

        public int K(int j) => (start + j) * kStride + headKv * headDim;

        public float* Row(int i) => probabilities + i * length;
    }
}
