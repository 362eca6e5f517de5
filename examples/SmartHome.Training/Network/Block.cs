using System.Numerics.Tensors;
using LoRDBA.Training.Backward;

namespace LoRDBA.Examples.SmartHome.Training.Network;

/// <summary>
/// One layer of the llama architecture. Forward, then backward in reverse order (shapes: N tokens, C = n_embd, Q = n_head · head_dim,
/// K = n_head_kv · head_dim, F = n_ff):
/// <code>
/// h [N,C] = norm(x)     q [N,Q], k, v [N,K] = linears(h), q and k turned     a [N,Q] = attention     x' [N,C] = x + O a
/// h'[N,C] = norm(x')    g, u [N,F] = linears(h')                             s [N,F] = silu(g) u     y  [N,C] = x' + D s
/// </code>
/// </summary>
internal sealed class Block
{
    private readonly AttentionShape heads;
    private readonly Norm attentionNorm, feedForwardNorm;
    private readonly AdaptedLinear q, k, v, o, gate, up, down;
    private readonly Rope rope;
    private readonly Rows h, qOut, kOut, vOut, a, softmax, x2, h2, g, u, s;

    public Block(NetworkShape shape, int layer, int maxTokens, Rope rope, Func<string, int, int, Parameter> parameter)
    {
        (heads, this.rope) = (shape.Attention, rope);
        AdaptedLinear New(string name, int nOut, int nIn) => new(parameter($"blk.{layer}.{name}.weight", nOut, nIn));
        Norm NewNorm(string name) => new(parameter($"blk.{layer}.{name}.weight", 1, shape.NEmbd), shape.RmsEps, maxTokens);

        attentionNorm = NewNorm("attn_norm");
        q = New("attn_q", heads.QueryLength, shape.NEmbd);
        k = New("attn_k", heads.KeyLength, shape.NEmbd);
        v = New("attn_v", heads.KeyLength, shape.NEmbd);
        o = New("attn_output", shape.NEmbd, heads.QueryLength);
        feedForwardNorm = NewNorm("ffn_norm");
        gate = New("ffn_gate", shape.NFf, shape.NEmbd);
        up = New("ffn_up", shape.NFf, shape.NEmbd);
        down = New("ffn_down", shape.NEmbd, shape.NFf);

        Rows Rows(int n) => new(maxTokens, n);
        (h, x2, h2) = (Rows(shape.NEmbd), Rows(shape.NEmbd), Rows(shape.NEmbd));
        (qOut, kOut, vOut, a) = (Rows(heads.QueryLength), Rows(heads.KeyLength), Rows(heads.KeyLength), Rows(heads.QueryLength));
        softmax = Rows(2 * heads.NHead);
        (g, u, s) = (Rows(shape.NFf), Rows(shape.NFf), Rows(shape.NFf));
    }

    public IReadOnlyList<AdaptedLinear> Linears => [q, k, v, o, gate, up, down];

    /// <summary>x, y [N][n_embd]; x must stay as it is until the backward pass.</summary>
    public void Forward(ReadOnlySpan<float> x, Span<float> y, Batch batch, Workspace work)
    {
        var n = batch.Tokens.Length;
        attentionNorm.Forward(x, h.First(n));
        q.Forward(h.First(n), qOut.First(n), work.Branch);
        k.Forward(h.First(n), kOut.First(n), work.Branch);
        v.Forward(h.First(n), vOut.First(n), work.Branch);
        rope.Forward(qOut.First(n), batch.Positions, heads.HeadDim);
        rope.Forward(kOut.First(n), batch.Positions, heads.HeadDim);
        for (var i = 0; i < batch.SequenceCount; i++)
        {
            var (start, end) = batch.Sequence(i);
            Span<float> query = qOut.Range(start, end), key = kOut.Range(start, end), value = vOut.Range(start, end);
            Attention.Forward(heads, query, key, value, a.Range(start, end), softmax.Range(start, end), work.Scores);
        }

        o.Forward(a.First(n), x2.First(n), work.Branch);
        TensorPrimitives.Add(x, x2.First(n), x2.First(n));

        feedForwardNorm.Forward(x2.First(n), h2.First(n));
        gate.Forward(h2.First(n), g.First(n), work.Branch);
        up.Forward(h2.First(n), u.First(n), work.Branch);
        SwiGlu.Forward(g.First(n), u.First(n), s.First(n));
        down.Forward(s.First(n), y, work.Branch);
        TensorPrimitives.Add(x2.First(n), y, y);
    }

    /// <summary>
    /// d [N][n_embd] comes in as the gradient by y and goes out as the gradient by x; the parameters' gradients are added to.
    /// </summary>
    public void Backward(ReadOnlySpan<float> x, Span<float> d, Batch batch, Workspace work)
    {
        var n = batch.Tokens.Length;
        Span<float> ds = work.S.Cleared(n), dg = work.G.Cleared(n), du = work.U.Cleared(n), dh2 = work.H.Cleared(n);
        down.Backward(s.First(n), d, ds, work.Branch);
        SwiGlu.Backward(g.First(n), u.First(n), ds, dg, du);
        gate.Backward(h2.First(n), dg, dh2, work.Branch);
        up.Backward(h2.First(n), du, dh2, work.Branch);
        feedForwardNorm.Backward(x2.First(n), dh2, d, work.Norm);

        Span<float> da = work.A.Cleared(n), dq = work.Q.Cleared(n), dk = work.K.Cleared(n), dv = work.V.Cleared(n);
        o.Backward(a.First(n), d, da, work.Branch);
        for (var i = 0; i < batch.SequenceCount; i++) BackThroughAttention(batch.Sequence(i), work);
        rope.Backward(dq, batch.Positions, heads.HeadDim);
        rope.Backward(dk, batch.Positions, heads.HeadDim);
        var dh = work.H.Cleared(n);
        q.Backward(h.First(n), dq, dh, work.Branch);
        k.Backward(h.First(n), dk, dh, work.Branch);
        v.Backward(h.First(n), dv, dh, work.Branch);
        attentionNorm.Backward(x, dh, d, work.Norm);
    }

    private void BackThroughAttention((int Start, int End) rows, Workspace work)
    {
        var (start, end) = rows;
        Attention.Backward(
            heads, qOut.Range(start, end), kOut.Range(start, end), vOut.Range(start, end), softmax.Range(start, end),
            work.A.Range(start, end), work.Q.Range(start, end), work.K.Range(start, end), work.V.Range(start, end), work.Scores);
    }
}
